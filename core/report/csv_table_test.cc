#include "core/report/csv_table.h"

#include <gtest/gtest.h>

namespace lode::core {
namespace {

TEST(CsvTableTest, ColumnsComeInTheOrderInWhichTheyAreMentioned) {
  CsvTable table;
  table.AddColumn("a");
  table.BeginRow();
  table.Set("b", "1");
  table.BeginRow();
  table.Set("c", "3");
  table.Set("a", "2");
  EXPECT_EQ(table.Text(), "a,b,c\n,1,\n2,,3\n");
}

TEST(CsvTableTest, CellsThatNeedQuotesHaveThem) {
  CsvTable table;
  table.BeginRow();
  table.Set("x", "a,b");
  table.Set("y", "say \"no\"");
  table.Set("z", "two\nlines");
  EXPECT_EQ(table.Text(), "x,y,z\n\"a,b\",\"say \"\"no\"\"\",\"two\nlines\"\n");
}

}  // namespace
}  // namespace lode::core

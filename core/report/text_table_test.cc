#include "core/report/text_table.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace lode::core {
namespace {

TEST(TextTable, AlignsByCharactersWithoutTrailingBlanks) {
  TextTable table(
      {{"name", TextTable::Align::kLeft}, {"value"}, {"note", TextTable::Align::kLeft}});
  table.AddRow({"a", "1.0 ± 0.1", ""});
  table.AddRow({"longer", "2", "x"});
  EXPECT_EQ(table.Format(),
            "name        value  note\n"
            "a       1.0 ± 0.1\n"
            "longer          2  x\n");
}

TextTable Wide() {
  TextTable table({{"seed"}, {"accuracy"}, {"steps"}, {"architecture", TextTable::Align::kLeft}});
  table.AddRow({"0", "91.61", "1000", "|nor_conv_3x3~0|+|none~0|skip~1|"});
  table.AddRow({"10", "9.50", "7", "|none~0|"});
  return table;
}

TEST(TextTable, BreaksTextsThatDoNotFit) {
  EXPECT_EQ(Wide().Format(42),
            "seed  accuracy  steps  architecture\n"
            "   0     91.61   1000  |nor_conv_3x3~0|+|\n"
            "                       none~0|skip~1|\n"
            "  10      9.50      7  |none~0|\n");
}

TEST(TextTable, ContinuesBelowWithItsFirstColumn) {
  EXPECT_EQ(Wide().Format(22),
            "seed  accuracy  steps\n"
            "   0     91.61   1000\n"
            "  10      9.50      7\n"
            "seed  architecture\n"
            "   0  |nor_conv_3x3~0|\n"
            "      +|none~0|skip~1|\n"
            "  10  |none~0|\n");
}

TEST(TextTable, FitsAnyWidth) {
  for (std::size_t width = 1; width < 80; ++width) {
    std::istringstream lines(Wide().Format(width));
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(ColumnsOf(line), width) << line;
    }
  }
  EXPECT_EQ(Wide().Format(500), Wide().Format());
}

}  // namespace
}  // namespace lode::core

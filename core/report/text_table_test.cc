#include "core/report/text_table.h"

#include <gtest/gtest.h>

namespace lode::core {
namespace {

TEST(TextTable, AlignsByCharactersAndLeavesNoTrailingBlanks) {
  TextTable table(
      {{"name", TextTable::Align::kLeft}, {"value"}, {"note", TextTable::Align::kLeft}});
  table.AddRow({"a", "1.0 ± 0.1", ""});
  table.AddRow({"longer", "2", "x"});
  EXPECT_EQ(table.Format(),
            "name        value  note\n"
            "a       1.0 ± 0.1\n"
            "longer          2  x\n");
}

}  // namespace
}  // namespace lode::core

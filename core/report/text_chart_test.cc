#include "core/report/text_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/report/columns.h"
#include "core/report/words.h"

namespace lode::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string Format(double value) { return Printed("%.1f", value); }

std::vector<std::string> Draw(const std::vector<ChartCurve>& curves, std::size_t columns,
                              std::size_t rows) {
  return DrawChart(curves, columns, rows, Format);
}

TEST(TextChart, DrawsSteps) {
  const ChartCurve curve{{{0, 10}, {5, 20}, {8, 30}}, 10};
  EXPECT_THAT(Draw({curve}, 17, 4), ElementsAre("30.0 |        ***",  //
                                                "     |     ***",     //
                                                "10.0 |*****",        //
                                                "     0         10"));
}

TEST(TextChart, ACurveBeginsAndEndsWhereItDoes) {
  const ChartCurve first{{{0, 1}}, 10, '.'}, second{{{4, 2}}, 6};
  EXPECT_THAT(Draw({first, second}, 16, 4), ElementsAre("2.0 |    ***",      //
                                                        "    |",             //
                                                        "1.0 |...........",  //
                                                        "    0         10"));
}

TEST(TextChart, AConstantHasARow) {
  EXPECT_THAT(Draw({{{{0, 1}}, 0}}, 16, 4),
              ElementsAre("1.0 |***********", "    |", "1.0 |", "    0          0"));
}

TEST(TextChart, WithoutPointsOrRoomThereIsNone) {
  EXPECT_THAT(Draw({}, 80, 10), IsEmpty());
  EXPECT_THAT(Draw({{{}, 10}}, 80, 10), IsEmpty());
  EXPECT_THAT(Draw({{{{0, 1}}, 10}}, 12, 10), IsEmpty());
  EXPECT_THAT(Draw({{{{0, 1}}, 10}}, 80, 3), IsEmpty());
}

TEST(TextChart, FitsAnySize) {
  const ChartCurve curve{{{0, -1e9}, {1e5, 3}, {2e6, 1e12}}, 3e6};
  for (std::size_t columns = 0; columns <= 200; ++columns) {
    for (const std::size_t rows : {0, 1, 4, 30}) {
      const auto lines = Draw({curve}, columns, rows);
      EXPECT_TRUE(lines.empty() || lines.size() == rows);
      for (const std::string& line : lines) { EXPECT_LE(ColumnsOf(line), columns); }
    }
  }
}

}  // namespace
}  // namespace lode::core

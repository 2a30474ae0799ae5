#include "core/report/heat_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lode::core {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t Count(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) { ++count; }
  return count;
}

const std::vector<lode::Matrix> kCell = {{"cell", {"0->1", "0->2", "1->2"}, {"skip", "<conv>"}}};

TEST(HeatMap, IsDarkerWhereTheShareIsHigher) {
  const std::string svg =
      FormatHeatMaps(kCell, {{"found", {0, 1, 0.5, 0.5, 1, 0}, {0, 1, 0, 1, 1, 0}}});
  EXPECT_EQ(Count(svg, "fill=\"rgb(255,255,255)\""), 2u);
  EXPECT_EQ(Count(svg, "fill=\"rgb(8,48,107)\""), 2u);
  EXPECT_EQ(Count(svg, "fill=\"rgb(132,152,181)\""), 2u);
  EXPECT_EQ(Count(svg, ">X</text>"), 3u);
}

TEST(HeatMap, HasBarsBetweenDestinations) {
  const std::vector<double> shares(6);
  const lode::Architecture marked(6);
  EXPECT_EQ(Count(FormatHeatMaps(kCell, {{"a", shares, marked}}), "<path"), 1u);
  const std::vector<lode::Matrix> plain = {{"grid", {"a", "b", "c"}, {"0", "1"}}};
  EXPECT_EQ(Count(FormatHeatMaps(plain, {{"a", shares, marked}}), "<path"), 0u);
}

TEST(HeatMap, DrawsMapsSideBySideAndEscapesTexts) {
  const std::vector<double> shares(6);
  const lode::Architecture marked(6);
  const std::string svg = FormatHeatMaps(kCell, {{"a", shares, marked}, {"<b>", shares, marked}});
  EXPECT_EQ(Count(svg, "<rect"), 1u + 12);
  EXPECT_EQ(Count(svg, "&lt;conv&gt;"), 2u);
  EXPECT_THAT(svg, HasSubstr("&lt;b&gt;"));
  EXPECT_THAT(svg, Not(HasSubstr("<b>")));
}

}  // namespace
}  // namespace lode::core

#include "plugins/spaces/nb201/networks/path.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace nb201 {
namespace {

constexpr std::uint64_t kSteps = 20000;

// Within 6 standard deviations of the expected count over `draws` draws.
void ExpectProbability(std::uint64_t count, double probability, std::uint64_t draws) {
  const auto n = static_cast<double>(draws);
  EXPECT_NEAR(static_cast<double>(count), n * probability,
              6 * std::sqrt(n * probability * (1 - probability)));
}

TEST(PathTest, ACellIsUniform) {
  std::uint64_t counts[kEdges][kOperations] = {};
  for (std::uint64_t step = 0; step < kSteps; ++step) {
    const Cell cell = DrawCell(3, step);
    for (std::size_t e = 0; e < kEdges; ++e) { ++counts[e][cell[e]]; }
  }
  for (const auto& edge : counts) {
    for (const std::uint64_t count : edge) { ExpectProbability(count, 0.2, kSteps); }
  }
  EXPECT_EQ(DrawCell(3, 7), DrawCell(3, 7));
}

// A node with n inputs has only `none` with probability 5^-n, in which case it is redrawn.
TEST(PathTest, EveryPlaceDrawsItsOwnCellWithoutEmptyNodes) {
  std::uint64_t none_into_first = 0, none_into_second = 0, alike = 0;
  for (std::uint64_t step = 0; step < kSteps; ++step) {
    const std::vector<Cell> cells = DrawCells(3, step, 2);
    ASSERT_EQ(cells.size(), 2U);
    none_into_first += cells[1][0] == kNone ? 1 : 0;
    none_into_second += cells[1][1] == kNone ? 1 : 0;
    alike += cells[0][0] == cells[1][0] ? 1 : 0;
  }
  EXPECT_EQ(none_into_first, 0U);                                 // node 1 has one input
  ExpectProbability(none_into_second, 0.2 * 0.8 / 0.96, kSteps);  // node 2 has two
  ExpectProbability(alike, 0.25, kSteps);                         // four operations remain
}

}  // namespace
}  // namespace nb201

#include "core/compare/friedman.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace lode::core {
namespace {

using Blocks = std::vector<std::vector<double>>;
using Groups = std::vector<std::vector<std::size_t>>;

// SciPy 1.17.1, friedmanchisquare and rankdata.
TEST(Friedman, AgreesWithAnotherProgram) {
  const Blocks blocks{{9.0, 9.5, 5.0, 8.5}, {6.5, 7.0, 7.5, 4.0}, {5.0, 5.0, 6.0, 1.0},
                      {8.0, 6.0, 7.0, 7.0}, {2.0, 3.0, 4.0, 1.0}, {5.5, 5.0, 5.0, 5.0}};
  const FriedmanResult result = FriedmanTest(blocks);
  EXPECT_NEAR(result.statistic, 4.77777777777779, 1e-10);
  EXPECT_NEAR(result.p, 0.18881154049307228, 1e-10);
  const std::vector<double> ranks{25.0 / 12, 29.0 / 12, 25.0 / 12, 41.0 / 12};
  ASSERT_EQ(result.mean_ranks.size(), ranks.size());
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    EXPECT_NEAR(result.mean_ranks[i], ranks[i], 1e-12);
  }
}

TEST(Friedman, EqualMethodsDoNotDiffer) {
  const FriedmanResult result = FriedmanTest(Blocks(5, {3, 3, 3}));
  EXPECT_EQ(result.p, 1);
  EXPECT_EQ(result.mean_ranks, (std::vector<double>{2, 2, 2}));
}

// Demsar's table 5 (a): q at 0.05 and 0.10, which is the studentized range over the square root of
// 2. The last one is SciPy's, which the table does not have.
TEST(Nemenyi, CriticalValuesAreThePublishedOnes) {
  const auto q = [](std::size_t methods, double alpha) {
    return StudentizedRange(methods, alpha) / std::sqrt(2.0);
  };
  EXPECT_NEAR(q(2, 0.05), 1.960, 5e-4);
  EXPECT_NEAR(q(3, 0.05), 2.343, 8e-4);  // cut off there: 2.3437
  EXPECT_NEAR(q(5, 0.05), 2.728, 5e-4);
  EXPECT_NEAR(q(10, 0.05), 3.164, 5e-4);
  EXPECT_NEAR(q(2, 0.10), 1.645, 5e-4);
  EXPECT_NEAR(q(5, 0.10), 2.459, 8e-4);  // likewise: 2.4595
  EXPECT_NEAR(q(10, 0.10), 2.920, 5e-4);
  EXPECT_NEAR(q(20, 0.05), 3.5437993, 1e-6);
}

// Demsar's example: four classifiers on 14 data sets, 2.569 * sqrt(4 * 5 / (6 * 14)) = 1.25.
TEST(Nemenyi, CriticalDifferenceIsThatOfThePublishedExample) {
  EXPECT_NEAR(NemenyiDifference(4, 14, 0.05), 1.25, 5e-3);
}

TEST(Nemenyi, GroupsAreAsLargeAsPossible) {
  const std::vector<double> ranks{3.0, 1.0, 2.0, 5.0, 2.4};
  EXPECT_EQ(GroupsWithin(ranks, 1.2), (Groups{{1, 2}, {2, 4, 0}}));
  EXPECT_EQ(GroupsWithin(ranks, 10), (Groups{{1, 2, 4, 0, 3}}));
  EXPECT_EQ(GroupsWithin(ranks, 0.1), Groups{});
}

}  // namespace
}  // namespace lode::core

// Values from SciPy 1.17.1 unless a test says how it derives them.
#include "core/compare/rank_tests.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/compare/ranks.h"

namespace lode::core {
namespace {

using Values = std::vector<double>;

// Two samples of 60 without a pattern; `step`: they are rounded to it, which makes ties.
struct LongSamples {
  explicit LongSamples(double step) {
    for (int i = 0; i < 60; ++i) {
      first.push_back(Rounded(i * 37 % 61 / 10.0, step));
      second.push_back(Rounded((i * 17 + 5) % 61 / 10.0 + 0.8, step));
    }
  }
  static double Rounded(double value, double step) {
    return step > 0 ? std::nearbyint(value / step) * step : value;
  }
  Values first, second;
};

// Counts the sign patterns of the ranks one by one.
double SignedRankByEnumeration(const Values& first, const Values& second) {
  Values sizes, ranks;
  for (std::size_t i = 0; i < first.size(); ++i) {
    sizes.push_back(std::abs(first[i] - second[i]));
  }
  const Values all = MidRanks(sizes);
  double observed = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (sizes[i] > 0) { ranks.push_back(all[i]); }
    observed += first[i] > second[i] ? all[i] : 0;
  }
  double below = 0, above = 0;
  const std::uint32_t patterns = 1U << ranks.size();
  for (std::uint32_t signs = 0; signs < patterns; ++signs) {
    double sum = 0;
    for (std::size_t i = 0; i < ranks.size(); ++i) { sum += (signs >> i & 1) != 0 ? ranks[i] : 0; }
    below += sum <= observed ? 1 : 0;
    above += sum >= observed ? 1 : 0;
  }
  return std::min(1.0, 2 * std::min(below, above) / patterns);
}

TEST(Ranks, EqualValuesShareTheMeanOfTheirRanks) {
  EXPECT_EQ(MidRanks(Values{3, 1, 3, 2, 3}), (Values{4, 1, 4, 2, 4}));
  EXPECT_EQ(TieTerm(Values{3, 1, 3, 2, 3}), 24);
  EXPECT_EQ(MidRanks(Values{}), Values{});
}

// Depression scores of Hollander and Wolfe (Nonparametric Statistical Methods, 1973, table 3.1).
TEST(Wilcoxon, FewPairsHaveAnExactP) {
  const Values before{1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
  const Values after{0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
  const TestResult result = WilcoxonSignedRank(before, after);
  EXPECT_TRUE(result.exact);
  EXPECT_DOUBLE_EQ(result.p, 0.0390625);
  EXPECT_DOUBLE_EQ(result.effect, 40 - 22.5);
  EXPECT_DOUBLE_EQ(WilcoxonSignedRank(after, before).p, 0.0390625);
  EXPECT_DOUBLE_EQ(WilcoxonSignedRank(after, before).effect, 22.5 - 40);
}

// 32 is the sum of the positive ranks; there are a pair without a difference and several ties.
TEST(Wilcoxon, TiesAndPairsWithoutADifferenceAreExactToo) {
  const Values first{125, 115, 130, 140, 140, 115, 140, 125, 140, 135};
  const Values second{110, 122, 125, 120, 140, 124, 123, 137, 135, 145};
  const TestResult result = WilcoxonSignedRank(first, second);
  EXPECT_DOUBLE_EQ(result.p, 0.64453125);
  EXPECT_DOUBLE_EQ(result.p, SignedRankByEnumeration(first, second));
  EXPECT_DOUBLE_EQ(result.effect, 32 - 27);
}

// zero_method="pratt", correction=True, method="approx"
TEST(Wilcoxon, ManyPairsAreApproximated) {
  const LongSamples plain(0), tied(1);
  const TestResult result = WilcoxonSignedRank(plain.first, plain.second);
  EXPECT_FALSE(result.exact);
  EXPECT_NEAR(result.p, 0.018301273212981313, 1e-12);
  EXPECT_LT(result.effect, 0);
  EXPECT_NEAR(WilcoxonSignedRank(tied.first, tied.second).p, 0.034135385810300636, 1e-12);
}

TEST(Wilcoxon, TheApproximationContinuesTheExactP) {
  const LongSamples tied(0.5);
  const std::span<const double> first(tied.first), second(tied.second);
  const TestResult exact = WilcoxonSignedRank(first.first(kMostExact), second.first(kMostExact));
  const TestResult next =
      WilcoxonSignedRank(first.first(kMostExact + 1), second.first(kMostExact + 1));
  EXPECT_TRUE(exact.exact);
  EXPECT_FALSE(next.exact);
  EXPECT_NEAR(exact.p, next.p, 0.02);
}

TEST(Wilcoxon, EqualSamplesDoNotDiffer) {
  for (const std::size_t count : {1U, 5U, 50U, 51U, 100U}) {
    const TestResult result = WilcoxonSignedRank(Values(count, 3), Values(count, 3));
    EXPECT_EQ(result.p, 1) << count;
    EXPECT_EQ(result.effect, 0) << count;
  }
}

// Ages at diagnosis, men and women: an example of SciPy's documentation.
TEST(MannWhitney, FewValuesHaveAnExactP) {
  const Values men{19, 22, 16, 29, 24}, women{20, 11, 17, 12};
  const TestResult result = MannWhitney(men, women);
  EXPECT_TRUE(result.exact);
  EXPECT_DOUBLE_EQ(result.p, 1.0 / 9);
  EXPECT_DOUBLE_EQ(result.effect, 17 - 10);  // U, less its mean
  EXPECT_DOUBLE_EQ(MannWhitney(women, men).effect, 10 - 17);
}

// Counted over all 462 divisions of the mid-ranks.
TEST(MannWhitney, TiesAreExactToo) {
  EXPECT_DOUBLE_EQ(MannWhitney(Values{1, 2, 2, 3, 5, 5}, Values{2, 4, 5, 6, 6}).p, 70.0 / 462);
}

TEST(MannWhitney, ManyValuesAreApproximated) {
  const LongSamples plain(0), tied(1);
  const TestResult result = MannWhitney(plain.first, plain.second);
  EXPECT_FALSE(result.exact);
  EXPECT_NEAR(result.p, 0.02918630881274595, 1e-12);
  EXPECT_NEAR(MannWhitney(tied.first, std::span(tied.second).first(45)).p, 0.07917404197870208,
              1e-12);
}

TEST(MannWhitney, EqualSamplesDoNotDiffer) {
  for (const std::size_t count : {1U, 25U, 26U, 100U}) {
    EXPECT_EQ(MannWhitney(Values(count, 3), Values(count, 3)).p, 1) << count;
  }
}

TEST(RankTests, NoPIsSmallerThanTheSmallest) {
  const Values low{1, 2, 3, 4, 5, 6}, high{11, 12, 13, 14, 15, 16};
  EXPECT_DOUBLE_EQ(WilcoxonSignedRank(low, high).p, SmallestPaired(6));
  EXPECT_DOUBLE_EQ(SmallestPaired(6), 1.0 / 32);
  EXPECT_DOUBLE_EQ(MannWhitney(low, high).p, SmallestUnpaired(6, 6));
  EXPECT_DOUBLE_EQ(SmallestUnpaired(6, 6), 2.0 / 924);
  EXPECT_EQ(SmallestUnpaired(1, 1), 1);
}

}  // namespace
}  // namespace lode::core

#include "plugins/optimizers/bo/kernel.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "plugins/optimizers/bo/hyperparameter_search.h"

namespace bo {
namespace {

const Layout kLayout = {{{"first", 0, 16, 8}, {"second", 16, 32, 12}}, 48, 2};

Row RowOf(std::uint8_t first, std::uint8_t second) {
  Row row{std::vector<std::uint8_t>(48, 0), {0.6, 0.8}};
  row.counts[3] = first;
  row.counts[40] = second;
  return row;
}

Hyperparameters Some() {
  return {
      {std::log(3.0), std::log(1.0), std::log(2.0)}, {std::log(2.0), std::log(5.0)}, std::log(0.1)};
}

TEST(Kernel, IsTheWeightedSumOfExponentialsAndTheTrend) {
  const Kernel kernel(kLayout, Some());
  const Row a = RowOf(4, 10), same = RowOf(4, 10);
  Row near = RowOf(3, 17);
  near.trend = {1, 0};
  RowTable others;
  others.Append(a);
  others.Append(near);
  others.Append(same);
  std::vector<double> covariances(2);
  kernel.Fill(a, others, 1, covariances);
  EXPECT_NEAR(covariances[0], (3 * std::exp(-1 / 2.0) + std::exp(-7 / 5.0) + 2 * 0.6) / 6, 1e-14);
  EXPECT_NEAR(covariances[1], 1, 1e-15);
  EXPECT_NEAR(kernel.noise(), 0.1, 1e-15);
  EXPECT_NEAR(kernel.Of(std::vector<std::uint16_t>{1, 7}, 0.6), covariances[0], 1e-15);
}

TEST(Kernel, TakesVeryFarRowsAsFar) {
  const Kernel kernel(kLayout, Some());
  EXPECT_LT(kernel.Of(std::vector<std::uint16_t>{60000, 60000}, 0), 1e-20);
}

TEST(RowTable, GrowsAndForgets) {
  RowTable table;
  std::vector<Row> rows;
  for (int i = 0; i < 100; ++i) {
    rows.push_back(RowOf(static_cast<std::uint8_t>(i), 0));
    rows.back().trend = {i / 100.0, 1};
  }
  for (const Row& row : rows) { table.Append(row); }
  EXPECT_EQ(table.trends()(99, 0), 0.99);
  table.Truncate(40);
  table.Append(rows[7]);
  EXPECT_EQ(table.size(), 41u);
  EXPECT_EQ(&table[40], &rows[7]);
  EXPECT_EQ(table.trends()(40, 0), 0.07);
  EXPECT_EQ(table.trends().rows(), 41);
}

TEST(Distance, IsTheSumOfDifferencesInTheGroup) {
  EXPECT_EQ(Distance(kLayout.groups[0], RowOf(4, 10), RowOf(1, 99)), 3u);
  EXPECT_EQ(Distance(kLayout.groups[1], RowOf(4, 255), RowOf(1, 0)), 255u);
}

TEST(Hyperparameters, ArePenalizedByTheirDistanceFromTypicalOnes) {
  Hyperparameters h = Hyperparameters::Typical(kLayout);
  EXPECT_EQ(h.LogPrior(kLayout), 0);
  h.weights[1] += 2;
  h.lengths[0] -= 1;
  h.noise += 3;
  EXPECT_NEAR(h.LogPrior(kLayout), -(4 + 1 + 4) / 2.0, 1e-14);
}

// Rows whose values depend on the second group alone.
class HyperparameterSearchTest : public testing::Test {
 protected:
  HyperparameterSearchTest() {
    for (int i = 0; i < 40; ++i) {
      rows_.push_back(
          RowOf(static_cast<std::uint8_t>(i * 7 % 40), static_cast<std::uint8_t>(i * 3 % 40)));
      values_.push_back(std::sin((i * 3 % 40) / 8.0));
    }
    for (const Row& row : rows_) { table_.Append(row); }
    std::iota(all_.begin(), all_.end(), std::size_t{0});
  }
  std::vector<Row> rows_;
  RowTable table_;
  std::vector<std::size_t> all_ = std::vector<std::size_t>(40);
  std::vector<double> values_;
};

TEST_F(HyperparameterSearchTest, ThePosteriorIsEvidenceTimesPrior) {
  HyperparameterSearch search(kLayout, table_, std::span(all_).first(2),
                              std::span(values_).first(2));
  const Kernel kernel(kLayout, Some());
  const double k = kernel.Of(std::vector<std::uint16_t>{7, 3}, 1), a = values_[0], b = values_[1];
  const double determinant = 1.1 * 1.1 - k * k;
  const double variance =
      (1.1 * (a * a + b * b) / determinant - 2 * k * a * b / determinant + 1) / 3;
  EXPECT_NEAR(search.LogPosterior(Some()),
              -1.5 * std::log(variance) - std::log(determinant) / 2 + Some().LogPrior(kLayout),
              1e-12);
}

TEST_F(HyperparameterSearchTest, FindsTheGroupThatMatters) {
  HyperparameterSearch search(kLayout, table_, all_, values_);
  const Hyperparameters typical = Hyperparameters::Typical(kLayout);
  const Hyperparameters found = search.Improve(typical);
  EXPECT_GT(search.LogPosterior(found), search.LogPosterior(typical) + 1);
  EXPECT_GT(found.weights[1], found.weights[0] + 1);
  EXPECT_LT(found.noise, typical.noise);
}

}  // namespace
}  // namespace bo

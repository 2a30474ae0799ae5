#include "plugins/optimizers/tpe/mixture.h"

#include <gtest/gtest.h>

#include <cmath>
#include <lode/testing.hpp>
#include <map>
#include <vector>

namespace tpe {
namespace {

using lode::sampling::Choices;
using lode::sampling::Row;
using lode::test::TestHost;

// Rows of 3 and 2 columns; the second competes, so that it has a third choice, none.
const std::vector<Row> kRows = {{0, 3, false}, {3, 2, true}};

struct Fitted {
  Fitted() {
    mixture.Fit(std::vector{&observations[0], &observations[1], &observations[2]}, weights);
  }

  const std::vector<Choices> observations = {{0, 0}, {2, 1}, {2, 2}};
  const std::vector<double> weights = {1, 0.5, 1};
  Mixture mixture{kRows};
};

// Optuna's estimator, row by row, for three observations and the uniform distribution: a row's
// kernel is (1 at what was observed + 1/4 everywhere) over its sum, 1 + 3/4.
double DensityByOptuna(const Fitted& fitted, const Choices& at) {
  double sum = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    double product = fitted.weights[i] / 3.5;
    for (std::size_t row = 0; row < 2; ++row) {
      product *= ((fitted.observations[i][row] == at[row] ? 1 : 0) + 0.25) / 1.75;
    }
    sum += product;
  }
  return sum + 1 / 3.5 / 9;
}

TEST(MixtureTest, TheDensityIsThatOfOptunaButForAFactor) {
  const Fitted fitted;
  const double factor =
      fitted.mixture.RelativeDensity(Choices{0, 0}) / DensityByOptuna(fitted, {0, 0});
  for (std::uint32_t a = 0; a < 3; ++a) {
    for (std::uint32_t b = 0; b < 3; ++b) {
      EXPECT_NEAR(fitted.mixture.RelativeDensity(Choices{a, b}),
                  factor * DensityByOptuna(fitted, {a, b}), 1e-12)
          << a << b;
    }
  }
}

TEST(MixtureTest, DrawsHaveItsDensity) {
  const Fitted fitted;
  TestHost host(4);
  constexpr int kDraws = 10000;
  std::map<Choices, int> counts;
  for (int i = 0; i < kDraws; ++i) { ++counts[fitted.mixture.Draw(host.host().Random())]; }
  EXPECT_EQ(counts.size(), 9u);
  for (const auto& [choices, count] : counts) {
    const double expected = kDraws * DensityByOptuna(fitted, choices);
    EXPECT_NEAR(count, expected, 5 * std::sqrt(expected));
  }
}

TEST(MixtureTest, WithoutObservationsItIsUniform) {
  Mixture mixture(kRows);
  mixture.Fit({}, {});
  TestHost host(4);
  std::map<Choices, int> counts;
  for (int i = 0; i < 9000; ++i) { ++counts[mixture.Draw(host.host().Random())]; }
  for (std::uint32_t a = 0; a < 3; ++a) {
    for (std::uint32_t b = 0; b < 3; ++b) {
      EXPECT_NEAR((counts[{a, b}]), 1000, 160);
      EXPECT_EQ(mixture.RelativeDensity(Choices{a, b}), mixture.RelativeDensity(Choices{0, 0}));
    }
  }
}

}  // namespace
}  // namespace tpe

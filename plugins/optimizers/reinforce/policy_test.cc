#include "plugins/optimizers/reinforce/policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <lode/testing.hpp>
#include <map>
#include <numeric>
#include <string>
#include <vector>

namespace reinforce {
namespace {

using lode::sampling::Rows;
using lode::test::BoundSpace;
using lode::test::Grid;
using lode::test::TestHost;

// Of three rows with two cells each, an architecture uses the two with the largest cells.
class TwoOfThree {
 public:
  struct Config {};
  TwoOfThree(lode::Host, const Config&) {}

  static std::vector<lode::Matrix> Matrices() {
    return {{"edges", {"0", "1", "2"}, {"left", "right"}}};
  }
  static double Log10Size() { return std::log10(12.0); }
  static void Discretize(lode::ActionView action, std::span<std::uint8_t> out) {
    const auto largest = [&](std::size_t row) {
      return std::max(action[2 * row], action[2 * row + 1]);
    };
    std::size_t least = 0;
    for (std::size_t row = 1; row < 3; ++row) {
      if (largest(row) < largest(least)) { least = row; }
    }
    for (std::size_t row = 0; row < 3; ++row) {
      if (row == least) { continue; }
      out[2 * row + (action[2 * row + 1] > action[2 * row] ? 1 : 0)] = 1;
    }
  }
  static void Sample(lode::Random random, std::span<std::uint8_t> out) {
    std::vector<float> action(6);
    std::ranges::generate(action, [&] { return static_cast<float>(random.Uniform()); });
    Discretize(action, out);
  }
  static std::string Format(lode::ArchitectureView a) { return {a.begin(), a.end()}; }
  static void Parse(std::string_view text, std::span<std::uint8_t> out) {
    std::ranges::copy(text, out.begin());
  }
};

// Logits of a policy that was initialized with deviation 1.
Policy MakePolicy(const lode::Space& space) {
  Policy policy{Rows(space)};
  TestHost host(3);
  policy.Initialize(host.host().Random(), 1);
  return policy;
}

double LogSumExp(const std::vector<double>& logits, std::size_t first, std::size_t columns) {
  double sum = 0;
  for (std::size_t c = first; c < first + columns; ++c) { sum += std::exp(logits[c]); }
  return std::log(sum);
}

// What Score() is the gradient of, from the definition of the Gumbel distribution: the density of a
// maximum m at k is that of its own noise times the probability that all other cells are below m.
double LogDensityOfMaximum(const std::vector<double>& logits, const std::vector<float>& action,
                           std::size_t first, std::size_t columns) {
  const auto begin = action.begin() + static_cast<std::ptrdiff_t>(first);
  const auto k =
      first + static_cast<std::size_t>(
                  std::max_element(begin, begin + static_cast<std::ptrdiff_t>(columns)) - begin);
  const double m = action[k];
  double log_density = -(m - logits[k]) - std::exp(-(m - logits[k]));
  for (std::size_t c = first; c < first + columns; ++c) {
    if (c != k) { log_density -= std::exp(-(m - logits[c])); }
  }
  return log_density;
}

TEST(PolicyTest, DrawsEachChoiceWithItsSoftmax) {
  const Grid grid(2, 4);
  const Policy policy = MakePolicy(grid.space());
  constexpr int kDraws = 5000;
  std::map<std::string, int> counts;
  TestHost host(9);
  for (int i = 0; i < kDraws; ++i) {
    ++counts[grid.space().Format(grid.space().Discretize(policy.Draw(host.host().Random())))];
  }
  for (std::size_t a = 0; a < 4; ++a) {
    for (std::size_t b = 0; b < 4; ++b) {
      const auto& logits = policy.logits();
      const double p =
          std::exp(logits[a] + logits[4 + b] - LogSumExp(logits, 0, 4) - LogSumExp(logits, 4, 4));
      EXPECT_NEAR(counts[std::to_string(a) + "-" + std::to_string(b)], kDraws * p,
                  5 * std::sqrt(kDraws * p))
          << a << b;
    }
  }
}

TEST(PolicyTest, TheScoreIsTheGradientOfTheLogProbability) {
  const Grid grid(3, 4);
  const Policy policy = MakePolicy(grid.space());
  TestHost host(5);
  const lode::Action action = policy.Draw(host.host().Random());
  const std::vector<double> score = policy.Score(action);
  const lode::Architecture drawn = grid.space().Discretize(action);
  for (std::size_t c = 0; c < score.size(); ++c) {
    const auto log_probability = [&](double change) {
      std::vector<double> logits = policy.logits();
      logits[c] += change;
      double sum = 0;
      for (std::size_t i = 0; i < logits.size(); ++i) {
        if (drawn[i] != 0) { sum += logits[i]; }
      }
      return sum - LogSumExp(logits, 0, 4) - LogSumExp(logits, 4, 4) - LogSumExp(logits, 8, 4);
    };
    EXPECT_NEAR(score[c], (log_probability(1e-5) - log_probability(-1e-5)) / 2e-5, 1e-7) << c;
  }
}

TEST(PolicyTest, WhereRowsCompeteTheScoreIsTheGradientOfTheLogDensity) {
  const BoundSpace<TwoOfThree> space;
  const Policy policy = MakePolicy(space.space());
  TestHost host(5);
  const lode::Action action = policy.Draw(host.host().Random());
  const std::vector<double> score = policy.Score(action);
  for (std::size_t c = 0; c < score.size(); ++c) {
    const auto log_density = [&](double change) {
      std::vector<double> logits = policy.logits();
      logits[c] += change;
      double sum = 0;
      for (std::size_t row = 0; row < 3; ++row) {
        sum += LogDensityOfMaximum(logits, action, 2 * row, 2);
      }
      return sum;
    };
    EXPECT_NEAR(score[c], (log_density(1e-5) - log_density(-1e-5)) / 2e-5, 1e-6) << c;
  }
}

// Its mean is zero, as that of every gradient of a log probability.
TEST(PolicyTest, TheScoreIsZeroOnAverage) {
  const BoundSpace<TwoOfThree> space;
  const Policy policy = MakePolicy(space.space());
  constexpr int kDraws = 5000;
  std::vector<double> sum(6), squares(6);
  TestHost host(9);
  for (int i = 0; i < kDraws; ++i) {
    const std::vector<double> score = policy.Score(policy.Draw(host.host().Random()));
    for (std::size_t c = 0; c < 6; ++c) {
      sum[c] += score[c];
      squares[c] += score[c] * score[c];
    }
  }
  for (std::size_t c = 0; c < 6; ++c) { EXPECT_NEAR(sum[c], 0, 5 * std::sqrt(squares[c])) << c; }
}

// With a constant gradient g, Adam's corrected moments are g and g^2 at every step.
TEST(PolicyTest, AConstantGradientMovesEachLogitByTheLearningRate) {
  const Grid grid(1, 3);
  Policy policy = MakePolicy(grid.space());
  const std::vector<double> before = policy.logits();
  const std::vector<double> gradient = {2, -1e-3, 0};
  for (int step = 0; step < 7; ++step) { policy.Ascend(gradient, 0.01); }
  EXPECT_NEAR(policy.logits()[0], before[0] + 0.07, 1e-9);
  EXPECT_NEAR(policy.logits()[1], before[1] - 0.07, 1e-6);
  EXPECT_EQ(policy.logits()[2], before[2]);
}

}  // namespace
}  // namespace reinforce

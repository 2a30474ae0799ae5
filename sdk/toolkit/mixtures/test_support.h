// The first epoch of an optimizer that trains the quadratic network, beside a twin that draws what
// it draws.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <lode/choices.hpp>
#include <lode/quadratic_network.hpp>
#include <lode/testing.hpp>
#include <memory>
#include <span>
#include <vector>

namespace lode::mixtures {

// Edges from nodes 0 and 1 to node 2, and from node 0 to node 3, with two operations each.
struct EdgeSpace : ChoiceSpace {
  struct Config {};
  EdgeSpace(Host, const Config&)
      : ChoiceSpace(DecisionsOf({{"cell", {"0->2", "1->2", "0->3"}, {"skip_connect", "conv"}}})) {}
};

// One batch in an epoch. Row r outputs y_r = sum of m_c w_c, and the loss of a batch is the sum of
// (y_r - t_r)^2 / 2.
class FirstEpochTest : public testing::Test {
 protected:
  static constexpr double kRate = 0.1;  // of the weights

  explicit FirstEpochTest(const Space& space) : space_(space) { twin_.Enter(0, test::Phase::kAsk); }

  // Gives the optimizer space and network, and asks it once.
  template <class Optimizer>
  Action Ask(Optimizer& optimizer) {
    optimizer.Bind(space_);
    optimizer.Connect(network_);
    host_.Enter(0, test::Phase::kAsk);
    return optimizer.Ask();
  }
  lode::Host host() const { return host_.host(); }

  // What an optimizer draws first: numbers with this deviation, then the seed of the network.
  std::vector<double> DrawLogits(std::size_t count, double deviation = 1e-3) {
    std::vector<double> logits(count);
    for (double& logit : logits) { logit = deviation * random().Normal(); }
    return logits;
  }
  void Restart() { start_.Restart({.seed = random().Next()}); }
  // Continues where the optimizer's random numbers do.
  Random random() const { return twin_.host().Random(); }

  // y_r - t_r.
  double Error(lode_split split, std::span<const double> mixture, std::span<const double> weights,
               std::size_t row = 0, std::uint64_t batch = 0) const {
    double error = -start_.Target(split, batch, row);
    for (std::size_t c = 0; c < weights.size(); ++c) {
      if (start_.row_of(c) == row) { error += mixture[c] * weights[c]; }
    }
    return error;
  }
  // For batch 0: the derivative of the loss in the mixture, and the weights after a step under one.
  std::vector<double> Gradient(lode_split split, std::span<const double> mixture,
                               std::span<const double> weights) const {
    std::vector<double> gradient;
    for (std::size_t c = 0; c < weights.size(); ++c) {
      gradient.push_back(Error(split, mixture, weights, start_.row_of(c)) * weights[c]);
    }
    return gradient;
  }
  std::vector<double> Stepped(std::span<const double> mixture) const {
    std::vector<double> weights = first_weights();
    for (std::size_t c = 0; c < weights.size(); ++c) {
      const double error = Error(LODE_SPLIT_TRAIN, mixture, first_weights(), start_.row_of(c));
      weights[c] -= kRate * error * mixture[c];
    }
    return weights;
  }
  const std::vector<double>& first_weights() const { return start_.weights(); }
  const std::vector<double>& weights() const { return network_.weights(); }

  // Two logits' softmax, and a gradient in it carried to the logits.
  static std::vector<double> SoftmaxOf(std::span<const double> a) {
    const double first = 1 / (1 + std::exp(a[1] - a[0]));
    return {first, 1 - first};
  }
  static std::vector<double> InLogits(std::span<const double> m, std::span<const double> g) {
    const double mean = m[0] * g[0] + m[1] * g[1];
    return {m[0] * (g[0] - mean), m[1] * (g[1] - mean)};
  }
  // Adam's first step has the length of its learning rate in the direction of the gradient.
  static std::vector<double> AdamStep(std::vector<double> a, std::span<const double> gradient,
                                      double rate, double decay) {
    for (std::size_t c = 0; c < a.size(); ++c) {
      const double g = gradient[c] + decay * a[c];
      a[c] -= rate * g / (std::abs(g) + 1e-8);
    }
    return a;
  }
  static void ExpectNear(std::span<const double> a, std::span<const double> b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t c = 0; c < a.size(); ++c) { EXPECT_NEAR(a[c], b[c], 1e-12) << c; }
  }

 private:
  static constexpr test::QuadraticSettings kSettings{1, 1, kRate, 0.9};

  const Space space_;
  test::TestHost host_, twin_;
  test::QuadraticNetwork network_{space_.matrices(), kSettings},
      start_{space_.matrices(), kSettings};
};

// A space of its own, which must outlive the base.
template <class S>
struct OwnedSpace {
  S owned;
};

// One decision with two values: y = m0 w0 + m1 w1.
class OneDecisionTest : private OwnedSpace<test::Grid>, public FirstEpochTest {
 protected:
  OneDecisionTest() : OwnedSpace<test::Grid>{test::Grid(1, 2)}, FirstEpochTest(owned.space()) {}
};

class EdgesTest : private OwnedSpace<test::BoundSpace<EdgeSpace>>, public FirstEpochTest {
 protected:
  EdgesTest() : FirstEpochTest(owned.space()) {}
};

}  // namespace lode::mixtures

#include "plugins/optimizers/diff_darts/darts.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <lode/quadratic_network.hpp>
#include <lode/testing.hpp>
#include <optional>
#include <string>
#include <vector>

namespace diff_darts {
namespace {

using lode::test::Grid;
using lode::test::Phase;
using lode::test::QuadraticNetwork;
using lode::test::TestHost;

constexpr double kRate = 0.1;  // of the weights: xi

// One decision with two values, and one batch in an epoch: y = m0 w0 + m1 w1, L = (y - t)^2 / 2.
class DartsTest : public testing::Test {
 protected:
  // What the optimizer draws in its first ask.
  DartsTest() {
    TestHost twin;
    twin.Enter(0, Phase::kAsk);
    for (double& logit : logits_) { logit = 1e-3 * twin.host().Random().Normal(); }
    QuadraticNetwork network(grid_.space().matrices(), kSettings);
    network.Restart({.seed = twin.host().Random().Next()});
    weights_ = network.weights();
    training_ = network.Target(LODE_SPLIT_TRAIN, 0, 0);
    validation_ = network.Target(LODE_SPLIT_VALIDATION, 0, 0);
  }

  void Ask(const std::string& order) {
    darts_.emplace(host_.host(), Darts::Config{order, 0.05, 0.5});
    darts_->Bind(grid_.space());
    darts_->Connect(network_);
    host_.Enter(0, Phase::kAsk);
    darts_->Ask();
  }

  static std::vector<double> SoftmaxOf(const std::vector<double>& a) {
    const double first = 1 / (1 + std::exp(a[1] - a[0]));
    return {first, 1 - first};
  }
  static double Error(const std::vector<double>& m, const std::vector<double>& w, double target) {
    return m[0] * w[0] + m[1] * w[1] - target;
  }

  // Adam's first step has the length of its learning rate in the direction of the gradient in the
  // logits, which is m_c (g_c - m0 g0 - m1 g1) plus the decay. Then the weights descend.
  void ExpectStep(const std::vector<double>& g) {
    const std::vector<double> m = SoftmaxOf(logits_);
    std::vector<double> moved = logits_;
    for (std::size_t c = 0; c < 2; ++c) {
      const double gradient = m[c] * (g[c] - m[0] * g[0] - m[1] * g[1]) + 0.5 * logits_[c];
      moved[c] -= 0.05 * gradient / (std::abs(gradient) + 1e-8);
      EXPECT_NEAR(darts_->logits().values()[c], moved[c], 1e-12);
    }
    const std::vector<double> after = SoftmaxOf(moved);
    const double error = Error(after, weights_, training_);
    for (std::size_t c = 0; c < 2; ++c) {
      EXPECT_NEAR(network_.weights()[c], weights_[c] - kRate * error * after[c], 1e-12);
    }
  }

  static constexpr lode::test::QuadraticSettings kSettings{1, 1, kRate, 0.9};
  const Grid grid_{1, 2};
  TestHost host_;
  QuadraticNetwork network_{grid_.space().matrices(), kSettings};
  std::optional<Darts> darts_;
  std::vector<double> logits_ = {0, 0}, weights_;
  double training_ = 0, validation_ = 0;
};

TEST_F(DartsTest, TheFirstOrderDescendsOnTheValidationLoss) {
  Ask("first");
  const double error = Error(SoftmaxOf(logits_), weights_, validation_);
  ExpectStep({error * weights_[0], error * weights_[1]});
}

// Eq. 7 with w' = w - xi e m, where e is the training error, e' the validation error at w',
// v = dL_val/dw' = e' m, and d2 L_train / dm_c dw_k = w_c m_k + [c = k] e.
TEST_F(DartsTest, TheSecondOrderIsEquationSeven) {
  Ask("second");
  const std::vector<double> m = SoftmaxOf(logits_), &w = weights_;
  const double e = Error(m, w, training_);
  const std::vector<double> moved = {w[0] - kRate * e * m[0], w[1] - kRate * e * m[1]};
  const double e_moved = Error(m, moved, validation_);
  const std::vector<double> v = {e_moved * m[0], e_moved * m[1]};
  const double product = m[0] * v[0] + m[1] * v[1];
  ExpectStep({e_moved * moved[0] - kRate * (w[0] * product + e * v[0]),
              e_moved * moved[1] - kRate * (w[1] * product + e * v[1])});
}

// Offers nothing but steps and plain gradients.
struct Plain : QuadraticNetwork {
  using QuadraticNetwork::QuadraticNetwork;
  lode::RelaxedInfo Info() const override { return {1, 1}; }
};

TEST_F(DartsTest, TheSecondOrderNeedsUnrolledGradients) {
  Plain plain(grid_.space().matrices());
  for (const char* order : {"first", "second"}) {
    Darts darts(host_.host(), {order, 0.1, 0});
    darts.Bind(grid_.space());
    if (std::string(order) == "first") {
      EXPECT_NO_THROW(darts.Connect(plain));
    } else {
      EXPECT_THROW(darts.Connect(plain), lode::UnsupportedError);
    }
  }
}

}  // namespace
}  // namespace diff_darts

// The optimizer "gaea".
#pragma once

#include "toolkit/mixtures/epoch_search.h"

namespace diff_gaea {

// GAEA DARTS, first order, bilevel (Li, Khodak, Balcan and Talwalkar, Geometry-Aware Gradient
// Algorithms for Neural Architecture Search, ICLR 2021), algorithm 1. Each row of the mixture theta
// is a point of the simplex. For each training batch:
//
//   1. the weights descend the training loss under theta
//   2. theta takes an exponentiated-gradient step on the validation loss:
//      theta <- theta * exp(-rate * dL/dtheta), then each row is divided by its sum
//
// The step is additive in the logarithm of theta, which is what is kept: the logits, of which theta
// is the softmax.
class Gaea : public lode::mixtures::EpochSearch {
 public:
  struct Config {
    double learning_rate = 0.1;
  };
  static lode::Params<Config> Parameters();

  Gaea(lode::Host host, const Config& config)
      : EpochSearch(host, {}), learning_rate_(config.learning_rate) {}

 private:
  void RequireFeatures(const lode::RelaxedInfo&) const override {}
  lode::RelaxedResult Train(std::uint64_t batch) override;

  const double learning_rate_;
};

}  // namespace diff_gaea

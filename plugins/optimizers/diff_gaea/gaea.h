// The optimizer "gaea".
#pragma once

#include <cstdint>

#include "toolkit/mixtures/logits_search.h"

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
//
// GAEA PC-DARTS also normalizes edges: the weights of the edges into a node are another point of a
// simplex, and take the same steps.
class Gaea : public lode::mixtures::LogitsSearch {
 public:
  struct Config {
    double learning_rate = 0.1;
    bool normalize_edges = false;
  };
  static lode::Params<Config> Parameters();
  static lode::Presets Presets();

  Gaea(lode::Host host, const Config& config)
      : LogitsSearch(host, {}, lode::mixtures::EdgesOf(config.normalize_edges)),
        learning_rate_(config.learning_rate) {}

 private:
  lode::RelaxedResult Train(std::uint64_t batch) override;

  const double learning_rate_;
};

}  // namespace diff_gaea

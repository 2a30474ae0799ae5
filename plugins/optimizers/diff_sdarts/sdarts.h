// The optimizer "sdarts".
#pragma once

#include <cstdint>
#include <string>

#include "toolkit/mixtures/perturbed_search.h"

namespace diff_sdarts {

// SDARTS (Chen and Hsieh, Stabilizing Differentiable Architecture Search via Perturbation-based
// Regularization, ICML 2020), algorithm 1: first-order DARTS, whose weight steps are taken under
// the mixture A + delta instead of A. Delta is uniform noise (SDARTS-RS), or that within the same
// bound for which the training loss of the batch is the largest (SDARTS-ADV); see
// toolkit/mixtures/perturbation.h. The bound, epsilon, grows linearly with the epochs.
//
// With normalize_edges and frozen_epochs it is on PC-DARTS.
class Sdarts : public lode::mixtures::PerturbedSearch {
 public:
  struct Config {
    std::string perturbation = "random";
    double learning_rate = 3e-4;
    double weight_decay = 1e-3;
    double first_epsilon = 0.03;
    double last_epsilon = 0.3;
    std::int64_t epochs = 50;
    bool normalize_edges = false;
    std::int64_t frozen_epochs = 0;
  };
  static lode::Params<Config> Parameters();
  static lode::Presets Presets();

  Sdarts(lode::Host host, const Config& config);
};

}  // namespace diff_sdarts

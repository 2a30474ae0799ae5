// The optimizer "milenas".
#pragma once

#include "toolkit/mixtures/logits_search.h"

namespace diff_milenas {

// MiLeNAS, first order (He, Ye, Shen and Zhang, MiLeNAS: Efficient Neural Architecture Search via
// Mixed-Level Reformulation, CVPR 2020), algorithm 1. It is DARTS, but for the gradient of the
// logits:
//
//   d L_train / d logits + lambda * d L_val / d logits
//
// Both batches have the number of the weight step's.
class MiLeNas : public lode::mixtures::BilevelSearch {
 public:
  struct Config {
    double learning_rate = 3e-4;
    double weight_decay = 1e-3;
    double lambda = 1;
  };
  static lode::Params<Config> Parameters();

  MiLeNas(lode::Host host, const Config& config)
      : BilevelSearch(host, {.adam = {config.learning_rate, config.weight_decay}}),
        lambda_(config.lambda) {}

 private:
  lode::mixtures::Mixture MixtureGradient(std::uint64_t batch) override;

  const double lambda_;
};

}  // namespace diff_milenas

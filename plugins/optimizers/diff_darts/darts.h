// The optimizer "darts".
#pragma once

#include <string>

#include "toolkit/mixtures/logits_search.h"

namespace diff_darts {

// Differentiable architecture search (Liu, Simonyan and Yang, ICLR 2019), algorithm 1. For each
// training batch:
//
//   1. the logits descend d L_val / d logits, by Adam: at the weights w (first order, xi = 0), or
//      in the second order of eq. 7, at w - xi * d L_train / dw and with its correction; xi is the
//      learning rate of the weights, L_train that of the batch
//   2. the weights descend d L_train / dw, under the new mixture
//
// L_val is that of the validation batch with the same number.
class Darts : public lode::mixtures::BilevelSearch {
 public:
  struct Config {
    std::string order = "first";
    double learning_rate = 3e-4;
    double weight_decay = 1e-3;
  };
  static lode::Params<Config> Parameters();
  static lode::Presets Presets();

  Darts(lode::Host host, const Config& config)
      : BilevelSearch(host, {.adam = {config.learning_rate, config.weight_decay}}),
        unrolls_(config.order == "second") {}

 private:
  void RequireFeatures(const lode::RelaxedInfo& info) const override;
  lode::mixtures::Mixture MixtureGradient(std::uint64_t batch) override;

  const bool unrolls_;
};

}  // namespace diff_darts

// The optimizer "gdas".
#pragma once

#include <cstdint>

#include "toolkit/mixtures/annealing.h"
#include "toolkit/mixtures/logits_search.h"

namespace diff_gdas {

using lode::mixtures::Mixture;

// GDAS (Dong and Yang, Searching for a Robust Neural Architecture in Four GPU Hours, CVPR 2019),
// algorithm 1. With Gumbel noise G and temperature tau, each row has
//
//   h = one_hot(argmax p),    p = softmax((log softmax(A) + G) / tau)                (eqs. 4 and 5)
//
// Only the operation of h is computed. For each training batch:
//
//   1. the weights descend the training loss under a sampled h
//   2. the logits A descend the validation loss under another h, by Adam, with dL/dh as the
//      gradient in p (straight through). Where h is 0, dL/dh is the sum of the output's gradient,
//      as in the authors' program
//
// tau falls linearly with the epochs.
class Gdas : public lode::mixtures::LogitsSearch {
 public:
  struct Config {
    double learning_rate = 3e-4;
    double weight_decay = 1e-3;
    double first_temperature = 10;
    double last_temperature = 0.1;
    std::int64_t epochs = 250;
  };
  static lode::Params<Config> Parameters();

  Gdas(lode::Host host, const Config& config)
      : LogitsSearch(host, {config.learning_rate, config.weight_decay}),
        temperature_{config.first_temperature, config.last_temperature, config.epochs - 1} {}

 private:
  struct Sample {
    Mixture soft, hard;  // p and h
  };

  void RequireFeatures(const lode::RelaxedInfo& info) const override;
  lode::RelaxedResult Train(std::uint64_t batch) override;
  Sample Draw() const;
  void MoveLogits(std::uint64_t batch);

  const lode::mixtures::Annealing temperature_;
};

}  // namespace diff_gdas

// The optimizer "snas".
#pragma once

#include <cstdint>

#include "toolkit/mixtures/annealing.h"
#include "toolkit/mixtures/logits_search.h"

namespace diff_snas {

// SNAS (Xie, Zheng, Liu and Lin, SNAS: Stochastic Neural Architecture Search, ICLR 2019), without
// its constraint on resources. With Gumbel noise G, each row of the mixture is (section 2.2)
//
//   Z = softmax((log softmax(alpha) + G) / lambda)
//
// For each training batch, Z is drawn once. Then the weights descend the loss under Z, and alpha
// descends the same loss, through Z, by Adam: both levels learn from the same data. The temperature
// lambda falls linearly with the epochs.
class Snas : public lode::mixtures::LogitsSearch {
 public:
  // Those of the authors' program.
  struct Config {
    double learning_rate = 3e-4;
    double weight_decay = 1e-3;
    double first_temperature = 1;
    double last_temperature = 0.03;
    std::int64_t epochs = 150;
  };
  static lode::Params<Config> Parameters();

  Snas(lode::Host host, const Config& config)
      : LogitsSearch(host, {config.learning_rate, config.weight_decay}),
        temperature_{config.first_temperature, config.last_temperature, config.epochs} {}

 private:
  lode::RelaxedResult Train(std::uint64_t batch) override;

  const lode::mixtures::Annealing temperature_;
};

}  // namespace diff_snas

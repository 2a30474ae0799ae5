#include "plugins/optimizers/diff_snas/snas.h"

#include <span>
#include <vector>

namespace diff_snas {

using lode::mixtures::Mixture;

lode::Params<Snas::Config> Snas::Parameters() {
  const lode::Range above_zero{0, 1e6, true};
  return {{"learning_rate", &Config::learning_rate, "Adam's learning rate for the logits.",
           lode::Range{0, 10, true}},
          {"weight_decay", &Config::weight_decay, "Weight decay of the logits.", lode::Range{0, 1}},
          {"first_temperature", &Config::first_temperature, "Temperature of the first epoch.",
           above_zero},
          {"last_temperature", &Config::last_temperature,
           "Temperature after as many epochs as `epochs` says.", above_zero},
          {"epochs", &Config::epochs, "Epochs in which the temperature changes linearly.",
           lode::Range{1, 1e6}}};
}

lode::RelaxedResult Snas::Train(std::uint64_t batch) {
  const double temperature = temperature_.At(epoch());
  const std::vector<double> noisy =
      lode::mixtures::NoisyLogits(random(), logits().values(), temperature);
  const lode::mixtures::Relaxation& relaxation = logits().relaxation();
  const Mixture sample = relaxation.Mix(noisy);
  Mixture gradient(sample.size());
  const lode::RelaxedResult result = network().Step(
      {.number = batch, .mixture = std::span(sample), .gradient = std::span(gradient)});
  std::vector<double> moved = relaxation.Backpropagate(noisy, gradient);
  for (double& g : moved) { g /= temperature; }
  own_logits().Descend(moved);
  return result;
}

}  // namespace diff_snas

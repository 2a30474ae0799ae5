#include "plugins/optimizers/diff_gdas/gdas.h"

#include <algorithm>
#include <span>

namespace diff_gdas {

lode::Params<Gdas::Config> Gdas::Parameters() {
  const lode::Range above_zero{0, 1e6, true};
  return {{"learning_rate", &Config::learning_rate, "Adam's learning rate for the logits.",
           lode::Range{0, 10, true}},
          {"weight_decay", &Config::weight_decay, "Weight decay of the logits.", lode::Range{0, 1}},
          {"first_temperature", &Config::first_temperature, "Temperature of the first epoch.",
           above_zero},
          {"last_temperature", &Config::last_temperature,
           "Temperature from the last epoch of `epochs` on.", above_zero},
          {"epochs", &Config::epochs, "Epochs in which the temperature changes linearly.",
           lode::Range{1, 1e6}}};
}

void Gdas::RequireFeatures(const lode::RelaxedInfo& info) const {
  if (!info.output_sum) {
    throw lode::UnsupportedError(
        "the oracle's network does not give the sum of the output's gradient");
  }
}

lode::RelaxedResult Gdas::Train(std::uint64_t batch) {
  const lode::RelaxedResult result = Step(batch, Draw().hard);
  MoveLogits(batch);
  return result;
}

Gdas::Sample Gdas::Draw() const {
  const std::vector<double> noisy =
      lode::mixtures::NoisyLogits(random(), logits().values(), temperature_.At(epoch()));
  Sample sample{logits().relaxation().Factors(noisy), Mixture(noisy.size())};
  for (const lode::mixtures::Group& row : logits().relaxation().groups()) {
    const auto cells = std::span(noisy).subspan(row.first, row.size);
    const auto chosen = std::ranges::max_element(cells) - cells.begin();
    sample.hard[row.first + static_cast<std::size_t>(chosen)] = 1;
  }
  return sample;
}

void Gdas::MoveLogits(std::uint64_t batch) {
  const Sample sample = Draw();
  const Mixture gradient =
      GradientAt(LODE_SPLIT_VALIDATION, batch, sample.hard, lode::Absent::kOutputSum);
  std::vector<double> moved =
      lode::mixtures::SoftmaxGradient(logits().relaxation().groups(), sample.soft, gradient);
  for (double& g : moved) { g /= temperature_.At(epoch()); }
  own_logits().Descend(moved);
}

}  // namespace diff_gdas

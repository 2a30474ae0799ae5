#include "plugins/optimizers/diff_gdas/gdas.h"

#include <algorithm>
#include <lode/math.hpp>
#include <span>

namespace diff_gdas {
namespace {

double Gumbel(lode::Random random) {
  double exponential = 0;
  while (exponential == 0) { exponential = -lode::math::Log(1 - random.Uniform()); }
  return -lode::math::Log(exponential);
}

}  // namespace

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

double Gdas::TemperatureOf(std::uint64_t epoch) const {
  const auto last = static_cast<std::uint64_t>(config_.epochs - 1);
  if (epoch >= last) { return config_.last_temperature; }
  const double share = static_cast<double>(epoch) / static_cast<double>(last);
  return config_.first_temperature + share * (config_.last_temperature - config_.first_temperature);
}

lode::RelaxedResult Gdas::Train(std::uint64_t batch) {
  const Sample sample = Draw();
  const lode::RelaxedResult result =
      network().Step({.number = batch, .mixture = std::span(sample.hard)});
  MoveLogits(batch);
  return result;
}

// The logarithm of the softmax differs from the logits by a number for each row, which does not
// matter here.
Gdas::Sample Gdas::Draw() const {
  std::vector<double> noisy = logits().values();
  for (double& logit : noisy) { logit = (logit + Gumbel(random())) / TemperatureOf(epoch()); }
  Sample sample{lode::mixtures::Softmax(logits().rows(), noisy), Mixture(noisy.size())};
  for (const lode::sampling::Row& row : logits().rows().list()) {
    const auto cells = std::span(noisy).subspan(row.first, row.columns);
    const auto chosen = std::ranges::max_element(cells) - cells.begin();
    sample.hard[row.first + static_cast<std::size_t>(chosen)] = 1;
  }
  return sample;
}

void Gdas::MoveLogits(std::uint64_t batch) {
  const Sample sample = Draw();
  Mixture gradient(sample.hard.size());
  network().Measure({.split = LODE_SPLIT_VALIDATION,
                     .number = batch,
                     .mixture = std::span(sample.hard),
                     .gradient = std::span(gradient),
                     .absent = lode::Absent::kOutputSum});
  Mixture moved = lode::mixtures::SoftmaxGradient(logits().rows(), sample.soft, gradient);
  for (double& g : moved) { g /= TemperatureOf(epoch()); }
  own_logits().Descend(moved);
}

}  // namespace diff_gdas

#include "plugins/optimizers/bananas/predictor.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace bananas {
namespace {

constexpr std::size_t kExamples = 512;

// Draws architectures that the path encoding is learned from, if there is one.
std::vector<lode::Architecture> Examples(lode::Random random, const lode::Space& space,
                                         std::size_t most_paths) {
  std::vector<lode::Architecture> examples;
  const std::size_t count = space.HasGraph() && most_paths > 0 ? kExamples : 0;
  while (examples.size() < count) { examples.push_back(space.Sample(random)); }
  return examples;
}

}  // namespace

Predictor::Predictor(lode::Host host, const lode::Space& space, const Settings& settings)
    : features_(space, Examples(host.Random(), space, settings.features.most_paths),
                settings.features),
      scale_(settings.scale),
      ensemble_(host, features_.size(), settings.ensemble),
      inputs_(ensemble_.inputs()) {}

void Predictor::Add(lode::ArchitectureView architecture, double value) {
  architectures_.emplace_back(architecture.begin(), architecture.end());
  values_.push_back(value);
  features_.Encode(architecture, inputs_.AppendRow());
}

std::vector<lode::Architecture> Predictor::Best(std::size_t count) const {
  std::vector<std::size_t> order(values_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t i) { return std::isinf(values_[i]); });
  std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t i) { return values_[i]; });
  std::vector<lode::Architecture> best;
  for (const std::size_t i : order) {
    if (best.size() == count) { break; }
    best.push_back(architectures_[i]);
  }
  return best;
}

void Predictor::Fit(lode::Random random) {
  if (fitted_ == values_.size()) { return; }
  ensemble_.Fit(random, inputs_, TargetsOf(values_, scale_));
  fitted_ = values_.size();
}

std::vector<Prediction> Predictor::Predict(std::span<const lode::Architecture> architectures) {
  InputTable rows(inputs_.columns());
  for (const lode::Architecture& a : architectures) { features_.Encode(a, rows.AppendRow()); }
  return ensemble_.Predict(rows);
}

}  // namespace bananas

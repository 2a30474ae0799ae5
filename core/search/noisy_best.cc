#include "core/search/noisy_best.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <lode/math.hpp>
#include <utility>

namespace lode::core {

bool AreNoisy(const std::vector<MetricDeclaration>& metrics) {
  return std::ranges::any_of(metrics, &MetricDeclaration::noisy);
}

void NoisyBest::Moments::Add(double value, double count) {
  const double before = value - mean;
  mean += before / count;
  squares += before * (value - mean);
}

void NoisyBest::Add(std::string_view architecture, std::uint64_t step, double reward,
                    std::span<const double> metrics) {
  const auto [at, is_new] = places_.try_emplace(std::string(architecture), measured_.size());
  if (is_new) {
    measured_.push_back({std::string(architecture), step, 0, {}, {}});
    measured_.back().metrics.resize(metrics.size());
  }
  Measured& measured = measured_[at->second];
  const auto count = static_cast<double>(++measured.count);
  measured.reward.Add(reward, count);
  for (std::size_t i = 0; i < metrics.size(); ++i) { measured.metrics[i].Add(metrics[i], count); }
}

void NoisyBest::AssumeScatter(const NoisyBest& other) { assumed_ = other.Pooled(); }

NoisyBest::Scatter NoisyBest::Pooled() const {
  Scatter scatter = assumed_;
  for (const Measured& measured : measured_) {
    scatter.degrees += static_cast<double>(measured.count - 1);
    scatter.reward_squares += measured.reward.squares;
    scatter.metric_squares += measured.metrics[metric_].squares;
  }
  return scatter;
}

double NoisyBest::BoundOf(const Measured& measured, const Scatter& scatter) const {
  if (scatter.degrees == 0) { return measured.reward.mean; }
  const double variance = scatter.reward_squares / scatter.degrees;
  const double deviations =
      std::sqrt(2 * math::Log(static_cast<double>(measured_.size()) / (2 * kRisk)));
  return measured.reward.mean -
         deviations * std::sqrt(variance / static_cast<double>(measured.count));
}

BestTrial NoisyBest::Describe(const Measured& measured, const Scatter& scatter) const {
  BestTrial best{measured.architecture, measured.step, measured.reward.mean, {}, 0};
  std::ranges::transform(measured.metrics, std::back_inserter(best.metrics), &Moments::mean);
  best.measurements = measured.count;
  if (scatter.degrees > 0) {
    best.standard_error =
        std::sqrt(scatter.metric_squares / scatter.degrees / static_cast<double>(measured.count));
  }
  return best;
}

std::optional<BestTrial> NoisyBest::Best() const {
  std::vector<BestTrial> leading = Leading(1);
  return leading.empty() ? std::nullopt : std::optional(std::move(leading.front()));
}

std::vector<BestTrial> NoisyBest::Leading(std::size_t count) const {
  const Scatter scatter = Pooled();
  std::vector<std::pair<double, const Measured*>> order;
  std::vector<double> means;
  for (const Measured& measured : measured_) {
    means.clear();
    std::ranges::transform(measured.metrics, std::back_inserter(means), &Moments::mean);
    if (limits_.Violation(means) == 0) {
      order.emplace_back(BoundOf(measured, scatter), &measured);
    }
  }
  std::ranges::stable_sort(order, std::greater(), [](const auto& entry) { return entry.first; });
  order.resize(std::min(count, order.size()));
  std::vector<BestTrial> leading;
  leading.reserve(order.size());
  for (const auto& [bound, measured] : order) { leading.push_back(Describe(*measured, scatter)); }
  return leading;
}

}  // namespace lode::core

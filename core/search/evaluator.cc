#include "core/search/evaluator.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lode::core {

Evaluator::Evaluator(Components& components, std::uint64_t seed)
    : components_(components), random_(seed, "evaluate") {
  const auto& oracles = components.oracles();
  by_canonical_ =
      components.space().HasCanonical() && std::ranges::all_of(oracles, [](const auto& o) {
        return (o->component().capabilities & LODE_CAP_CANONICAL) != 0;
      });
  noisy_ = std::ranges::any_of(components.metrics(), [](const auto& m) { return m.noisy; });
}

Evaluation Evaluator::Evaluate(std::uint64_t step, ArchitectureView architecture) {
  const auto [at, is_new] = by_architecture_.try_emplace(KeyOf(architecture), ids_.size());
  const std::size_t slot = at->second;
  if (!is_new) {
    return MustAsk(slot) ? Ask(step, slot, architecture) : Known(slot);
  }
  AddSlot();
  bool is_new_network = true;
  if (by_canonical_) {
    const Key representative = KeyOf(components_.space().Canonical(architecture));
    const auto [same, first] = by_representative_.try_emplace(representative, slot);
    is_new_network = first;
    if (!first && !MustAsk(same->second)) {
      std::ranges::copy(MetricsOf(same->second), MetricsOf(slot).begin());
      ids_[slot] = ++last_id_;
      return Known(slot);
    }
  }
  unique_queries_ += is_new_network ? 1 : 0;
  return Ask(step, slot, architecture);
}

Evaluator::Key Evaluator::KeyOf(ArchitectureView architecture) {
  Key key((architecture.size() + 7) / 8, '\0');
  for (std::size_t i = 0; i < architecture.size(); ++i) {
    key[i / 8] = static_cast<char>(key[i / 8] | (architecture[i] << (i % 8)));
  }
  return key;
}

void Evaluator::AddSlot() {
  ids_.push_back(0);
  metrics_.resize(metrics_.size() + components_.metrics().size());
}

std::span<double> Evaluator::MetricsOf(std::size_t slot) {
  const std::size_t count = components_.metrics().size();
  return std::span(metrics_).subspan(slot * count, count);
}

Evaluation Evaluator::Known(std::size_t slot) const {
  const std::size_t count = components_.metrics().size();
  return {ids_[slot], true, std::span(metrics_).subspan(slot * count, count), ""};
}

Evaluation Evaluator::Ask(std::uint64_t step, std::size_t slot, ArchitectureView architecture) {
  std::uint64_t seed = 0;
  random_.Restart(step, Phase::kEvaluate);
  random_.Fill(&seed, 1);
  ids_[slot] = ++last_id_;
  const std::span<double> metrics = MetricsOf(slot);
  std::string failure = AskOracles(seed, architecture, metrics);
  if (failure.empty()) {
    failures_.erase(slot);
    return {ids_[slot], false, metrics, ""};
  }
  return {ids_[slot], false, {}, failures_[slot] = std::move(failure)};
}

// Returns why it failed, or "".
std::string Evaluator::AskOracles(std::uint64_t seed, ArchitectureView architecture,
                                  std::span<double> metrics) {
  std::ranges::fill(metrics, std::numeric_limits<double>::quiet_NaN());
  std::size_t first = 0;
  for (const auto& oracle : components_.oracles()) {
    const std::size_t count = oracle->metric_count();
    const auto outcome = oracle->Evaluate(architecture, seed, metrics.subspan(first, count));
    if (!outcome.ok) {
      return oracle->title() + ": " + outcome.failure;
    }
    first += count;
  }
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    if (!std::isfinite(metrics[i])) {
      return "metric '" + components_.metrics()[i].name + "' is " +
             (std::isnan(metrics[i]) ? "not a number" : "infinite");
    }
  }
  return "";
}

}  // namespace lode::core

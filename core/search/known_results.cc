#include "core/search/known_results.h"

#include <algorithm>
#include <utility>

#include "core/search/trial.h"

namespace lode::core {
namespace {

std::optional<std::size_t> Find(const std::unordered_map<ResultKey, std::size_t>& slots,
                                const ResultKey& key) {
  const auto at = slots.find(key);
  return at == slots.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace

ResultKey KeyOf(ArchitectureView architecture, double fidelity) {
  ResultKey key((architecture.size() + 7) / 8, '\0');
  for (std::size_t i = 0; i < architecture.size(); ++i) {
    key[i / 8] = static_cast<char>(key[i / 8] | (architecture[i] << (i % 8)));
  }
  if (fidelity != 1) { key.append(reinterpret_cast<const char*>(&fidelity), sizeof fidelity); }
  return key;
}

std::optional<std::size_t> KnownResults::OfArchitecture(const ResultKey& key) const {
  return Find(by_architecture_, key);
}

std::optional<std::size_t> KnownResults::OfNetwork(const ResultKey& network) const {
  return Find(by_network_, network);
}

KnownResults::Kept KnownResults::SlotOf(const ResultKey& key, std::uint64_t evaluation) {
  const auto [at, is_new] = by_architecture_.try_emplace(key, evaluations_.size());
  if (is_new) {
    evaluations_.push_back(0);
    metrics_.resize(metrics_.size() + width_, kNaN);
  }
  evaluations_[at->second] = evaluation;
  return {at->second, is_new};
}

void KnownResults::Place(std::size_t slot, std::span<const double> metrics) {
  std::ranges::copy(metrics, metrics_.begin() + static_cast<std::ptrdiff_t>(slot * width_));
}

KnownResults::Kept KnownResults::Keep(const ResultKey& key, std::uint64_t evaluation,
                                      std::span<const double> metrics) {
  const Kept kept = SlotOf(key, evaluation);
  Place(kept.slot, metrics);
  failures_.erase(kept.slot);
  return kept;
}

KnownResults::Kept KnownResults::KeepFailure(const ResultKey& key, std::uint64_t evaluation,
                                             std::string reason) {
  const Kept kept = SlotOf(key, evaluation);
  failures_[kept.slot] = std::move(reason);
  return kept;
}

std::size_t KnownResults::KeepCopy(const ResultKey& key, std::uint64_t evaluation,
                                   std::span<const double> metrics) {
  const std::size_t slot = SlotOf(key, evaluation).slot;
  Place(slot, metrics);
  return slot;
}

const std::string& KnownResults::FailureOf(std::size_t slot) const {
  static const std::string none;
  const auto at = failures_.find(slot);
  return at == failures_.end() ? none : at->second;
}

}  // namespace lode::core

#include "core/search/finished_evaluations.h"

#include <algorithm>

namespace lode::core {
namespace {

constexpr auto kId = &std::pair<std::uint64_t, Evaluation>::first;

}  // namespace

void FinishedEvaluations::Add(std::uint64_t id, Evaluation evaluation) {
  evaluations_.emplace_back(id, std::move(evaluation));
}

bool FinishedEvaluations::Contains(std::uint64_t id) const {
  return std::ranges::find(evaluations_, id, kId) != evaluations_.end();
}

std::optional<std::uint64_t> FinishedEvaluations::First() const {
  return evaluations_.empty() ? std::nullopt : std::optional(evaluations_.front().first);
}

std::optional<Evaluation> FinishedEvaluations::Take(std::uint64_t id) {
  const auto at = std::ranges::find(evaluations_, id, kId);
  if (at == evaluations_.end()) { return std::nullopt; }
  std::optional<Evaluation> evaluation = std::move(at->second);
  evaluations_.erase(at);
  return evaluation;
}

}  // namespace lode::core

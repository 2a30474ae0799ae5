#include "core/search/answers.h"

#include <algorithm>

namespace lode::core {
namespace {

constexpr auto kId = &std::pair<std::uint64_t, Measurement>::first;

}  // namespace

void Answers::Add(std::uint64_t id, Measurement measurement) {
  answers_.emplace_back(id, std::move(measurement));
}

bool Answers::Contains(std::uint64_t id) const {
  return std::ranges::find(answers_, id, kId) != answers_.end();
}

std::optional<std::uint64_t> Answers::First() const {
  return answers_.empty() ? std::nullopt : std::optional(answers_.front().first);
}

std::optional<Measurement> Answers::Take(std::uint64_t id) {
  const auto at = std::ranges::find(answers_, id, kId);
  if (at == answers_.end()) { return std::nullopt; }
  std::optional<Measurement> measurement = std::move(at->second);
  answers_.erase(at);
  return measurement;
}

}  // namespace lode::core

#include "core/compare/curve.h"

#include <algorithm>

#include "core/search/budget.h"

namespace lode::core {

bool Curve::HasReached(double budget) const { return exhausted || core::HasReached(spent, budget); }

std::optional<double> Curve::At(double budget) const {
  if (!HasReached(budget)) { return std::nullopt; }
  const auto later = std::ranges::partition_point(
      improvements, [&](const Improvement& one) { return !core::HasReached(one.before, budget); });
  return later == improvements.begin() ? std::nullopt : std::optional((later - 1)->value);
}

std::optional<double> Curve::MeanOver(double start, double end) const {
  if (!At(end)) { return std::nullopt; }
  double sum = 0;
  for (std::size_t i = 0; i < improvements.size(); ++i) {
    const double next = i + 1 < improvements.size() ? improvements[i + 1].before : end;
    const double from = std::clamp(improvements[i].before, start, end);
    sum += improvements[i].value * (std::clamp(next, start, end) - from);
  }
  return sum / (end - start);
}

std::optional<double> Curve::SpentUntil(double target, lode_direction direction,
                                        double budget) const {
  const auto found = std::ranges::find_if(
      improvements, [&](const Improvement& one) { return IsAsGood(one.value, target, direction); });
  const bool is_within = found != improvements.end() && !core::HasReached(found->before, budget);
  return is_within ? std::optional(found->after) : std::nullopt;
}

}  // namespace lode::core

#include "core/compare/curve.h"

#include <algorithm>

namespace lode::core {
namespace {

constexpr double kRounding = 1e-6;  // a sum of 50 fidelities of 0.02 is not exactly 1

}  // namespace

bool Curve::HasReached(double budget) const { return exhausted || spent >= budget - kRounding; }

std::optional<double> Curve::At(double budget) const {
  if (!HasReached(budget)) { return std::nullopt; }
  const auto later = std::ranges::partition_point(
      improvements, [&](const Improvement& one) { return one.before < budget - kRounding; });
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
  const bool is_within = found != improvements.end() && found->before < budget - kRounding;
  return is_within ? std::optional(found->after) : std::nullopt;
}

}  // namespace lode::core

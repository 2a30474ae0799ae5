// The best of a run so far, as a function of what was spent.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "core/plugin/declaration.h"

namespace lode::core {

// What is counted.
enum class Axis { kSteps, kUniqueQueries, kFullEvaluations, kSimulatedSeconds };

constexpr auto WordsOf(Axis) {
  return std::to_array<std::string_view>(
      {"steps", "unique_queries", "full_evaluations", "simulated_seconds"});
}

// A trial that improved the best value.
struct Improvement {
  double before, after;  // spent without and with the trial
  double value;
};

struct Curve {
  std::vector<Improvement> improvements;  // in the order of the trials
  double spent = 0;                       // in all
  bool exhausted = false;  // the search had nothing more to find: its best stands for any budget

  bool HasReached(double budget) const;

  // Returns the best value at a budget: as in [budget] marks, the trial that spends the rest of it
  // counts. None if the run had found nothing by then or did not get there.
  std::optional<double> At(double budget) const;

  // Returns the mean of At() over all budgets above `start` up to `end`; none if At(end) is none.
  // REQUIRES: start >= start(), start < end.
  std::optional<double> MeanOver(double start, double end) const;

  // Returns the budget from which on there is a value. REQUIRES: an improvement.
  double start() const { return improvements.front().before; }

  // Returns what was spent when the best was first as good as `target`, if a trial within the
  // budget made it so. `direction`: that of the metric.
  std::optional<double> SpentUntil(double target, lode_direction direction, double budget) const;
};

// Returns whether a value is at least as good as another.
inline bool IsAsGood(double value, double other, lode_direction direction) {
  return direction == LODE_MINIMIZE ? value <= other : value >= other;
}

}  // namespace lode::core

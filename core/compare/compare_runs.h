// Compares stored runs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/compare/comparison.h"
#include "core/compare/given_runs.h"

namespace lode::core {

struct CompareOptions {
  std::optional<Axis> axis{};      // none: that of the budgets, which must be the same
  std::vector<double> budgets{};   // empty: the marks that all have, and the end
  std::string metric{};            // of the best; "": the reward's
  std::optional<double> target{};  // none: the optimum, where an oracle knows it
  std::string baseline{};          // "": all pairs are compared
  double alpha = 0.05;
};

// Compares the methods of each task that at least two of them searched. Throws HostError, with what
// differs, if there is none, and for options that do not fit the runs.
Comparison CompareRuns(const GivenRuns& given, const CompareOptions& options);

}  // namespace lode::core

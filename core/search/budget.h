// Decides when a search ends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/config/pipeline.h"
#include "core/search/failures.h"
#include "core/search/trial.h"

namespace lode::core {

// The part of a budget that was used.
struct Spending {
  std::uint64_t steps = 0;
  std::uint64_t unique_queries = 0;
  double full_evaluations = 0;  // the sum of the queries' fidelities
  std::uint64_t evaluations = 0;
  double cost_seconds = 0;  // simulated
};

// Returns whether a sum, such as that of fidelities, has reached a limit. A sum of 50 times 0.02 is
// not exactly 1.
bool HasReached(double sum, double limit);

// The limits of a pipeline's budget.
class Budget {
 public:
  // `counts_evaluations`: some metric is noisy.
  Budget(const Pipeline& pipeline, bool counts_evaluations);

  bool AreStepsSpent(std::uint64_t steps) const { return config_.steps && steps >= *config_.steps; }
  // Ignores the steps.
  bool AreQueriesSpent(const Spending& spending) const;

  // Returns the spending in the unit of the marks: that of the first limit.
  double InUnitOfMarks(const Spending& spending) const;

  // Throws HostError if an evaluation that costs nothing would make the search endless.
  void RequireCost(double cost_seconds) const;

 private:
  const BudgetConfig config_;
  const std::optional<std::uint64_t> evaluations_;
};

// Ends a search that only repeats itself, which would never end without a limit on steps, and one
// that finds nothing better, if that is configured.
class Patience {
 public:
  explicit Patience(const BudgetConfig& config) : config_(config) {}

  // Counts a finished trial. `is_new`: it was a new query; `is_better`: an improvement.
  void Count(bool is_new, bool is_better);
  // Returns why the search ends, or "".
  std::string ReasonToEnd() const;

 private:
  const BudgetConfig config_;
  std::uint64_t steps_without_news_ = 0;
  std::uint64_t steps_without_better_ = 0;
};

// Counts failed trials and ends a search with too many in a row.
class FailureWatch {
 public:
  explicit FailureWatch(const ExecutionConfig& config) : config_(config) {}

  void Count(const TrialRecord& trial);
  // Returns why the search ends, or "".
  std::string ReasonToEnd() const;

  std::uint64_t failures() const { return failures_; }
  const std::string& last() const { return last_; }
  std::vector<FailureKind> Kinds() const { return tally_.Kinds(); }

 private:
  const ExecutionConfig config_;
  std::uint64_t failures_ = 0;
  std::uint64_t in_a_row_ = 0;
  std::uint64_t last_step_ = 0;  // of the last failure
  std::string last_;
  FailureTally tally_;
};

}  // namespace lode::core

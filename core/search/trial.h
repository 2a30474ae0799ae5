// The results of a run: its trials one by one, and its summary.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/search/timing.h"

namespace lode::core {

// Stands for "not measured".
inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// The evaluations of known trials, which were measured before the run, have the IDs 2^61, 2^61 + 1,
// ... in the order in which they are told; those that confirm the best begin at 2^62.
inline constexpr int kKnownBit = 61, kRepeatBit = 62;
inline constexpr std::uint64_t kFirstKnownId = std::uint64_t{1} << kKnownBit;
inline constexpr std::uint64_t kFirstRepeatId = std::uint64_t{1} << kRepeatBit;
inline bool IsOfKnownTrial(std::uint64_t evaluation) {
  return evaluation >= kFirstKnownId && evaluation < kFirstRepeatId;
}

// An evaluation by the oracles. Views are valid only during the call that passes the record.
struct EvaluationRecord {
  std::uint64_t id = 0;               // 1, 2, ...: in the order of asking
  std::uint64_t step = 0;             // meaningless for a known trial
  std::string_view architecture{};    // the space's canonical string
  std::span<const double> metrics{};  // NaN where not measured
  std::string_view failure{};         // why it failed, or ""
  bool rejected = false;              // broke a limit, so the proposal did not become a trial; a
                                      // known trial that the optimizer was not told
  double cost_seconds = 0;            // simulated
  std::span<const std::pair<std::string, double>> records{};  // values that the oracles recorded
  Timing timing{};
  double fidelity = 1;
};

// One finished step. Views are valid only during the call that passes the record.
struct TrialRecord {
  std::uint64_t step = 0;
  std::uint64_t evaluation = 0;     // the evaluation that its metrics come from
  bool random = false;              // the optimizer was not asked: drawn by the exploration
                                    // strategy, or given by the pipeline
  bool reused = false;              // the evaluation was made for an earlier or a known trial
  std::span<const float> action{};  // empty if the optimizer proposed an architecture
  std::string_view architecture;    // the space's canonical string
  std::span<const double> metrics;  // empty if the trial failed
  double reward = 0;                // NaN if the trial failed
  double violation = 0;             // of the limits: 0 if all are kept, NaN if the trial failed
  std::string_view failure{};       // why it failed, or ""
  std::chrono::nanoseconds took{};  // from asking the optimizer until now; not stored
  double fidelity = 1;              // of the evaluation that it asked for

  // Returns whether the trial may be the best: measured, and within all limits.
  bool feasible() const { return failure.empty() && violation == 0; }
};

// Observes a run, in the run's thread.
class TrialObserver {
 public:
  virtual ~TrialObserver() = default;
  // Gets every evaluation as soon as it is finished: before its trial, maybe before the trials of
  // earlier steps.
  virtual void OnEvaluation(const EvaluationRecord& /*evaluation*/) {}
  // If results are told as they finish: gets the step of each evaluation as it is taken, before its
  // trial, if it becomes one. A step appears again for each proposal that follows a rejected one.
  virtual void OnTaken(std::uint64_t /*step*/) {}
  // Gets every trial, before the optimizer does.
  virtual void OnTrial(const TrialRecord& trial) = 0;
  // Gets the named values that exploration and optimizer recorded for a step, after its trial.
  virtual void OnRecords(std::uint64_t /*step*/,
                         std::span<const std::pair<std::string, double>> /*records*/) {}
};

struct BestTrial {
  std::string architecture{};
  std::uint64_t step = 0;
  double reward = 0;
  std::vector<double> metrics{};
  // The number of other architectures with the same reward, at most kMaxTies; this one was found
  // first.
  std::uint64_t ties = 0;
  // With noisy metrics: the number of the architecture's measurements that reward and metrics
  // average, and the standard error of the reward's metric if it is known (noisy_best.h). Otherwise
  // 0 and none.
  std::uint64_t measurements = 0;
  std::optional<double> standard_error{};
  // The highest fidelity at which the run has a trial within the limits. The best is the best of
  // those at this fidelity.
  double fidelity = 1;
  bool known = false;  // its result was known before the run
};

inline constexpr std::uint64_t kMaxTies = 1000;

// A trial that no other trial of its run dominates.
using FrontTrial = BestTrial;

// The best trial when the budget reached a mark.
struct MarkResult {
  std::uint64_t mark = 0;
  std::optional<BestTrial> best;
};

// Trials that failed for the same reason (failures.h).
struct FailureKind {
  std::string reason;
  std::uint64_t count = 0;
};

// A trial that was measured before the run.
struct KnownTrial {
  std::string architecture;       // in the space's notation
  std::vector<double> metrics{};  // of all oracles; NaN where not measured
};

// The known trials of a run.
struct WarmStart {
  std::uint64_t trials = 0;         // that the optimizer was told
  std::uint64_t left_out = 0;       // that it was not told: see KnownTeller
  std::optional<BestTrial> best{};  // of those within the limits; its step is meaningless
};

enum class Ending {
  kBudget,       // the budget is spent
  kStalled,      // the search finds nothing new
  kInterrupted,  // the run was cancelled
  kFailed        // too many trials failed, or an error ended the run
};

struct RunResult {
  std::uint64_t seed = 0;
  std::uint64_t steps = 0;
  std::uint64_t unique_queries = 0;  // see Evaluator
  bool computed = false;             // only by formulas, so the numbers above are not queries
  std::optional<double> full_evaluations{};  // the sum of the queries' fidelities, if the optimizer
                                             // chooses them
  std::uint64_t evaluations = 0;             // with noisy metrics: those of the search
  std::uint64_t confirmations = 0;           // and those that confirm the leading candidates
  std::uint64_t failures = 0;                // failed trials
  std::vector<FailureKind> failure_kinds;    // the most frequent first
  std::uint64_t rejections = 0;              // proposals that broke a limit and were not measured
  double cost_seconds = 0;                   // simulated, of all trials together
  double seconds = 0;                        // wall-clock time of the loop
  Ending ending = Ending::kBudget;
  std::string reason;             // set for kStalled and kFailed
  bool broken = false;            // kFailed because of an error, which may be gone next time
  std::optional<BestTrial> best;  // none if no trial succeeded within the limits
  std::vector<MarkResult> marks;
  std::vector<FrontTrial> front;      // the Pareto front of the goals, the first goal's best first;
                                      // empty if there is one goal
  std::optional<double> hypervolume;  // of the front, if the goals have a reference point
  bool is_stored = true;              // false if its store was removed meanwhile
  std::optional<WarmStart>
      warm_start{};  // if it began with known trials; nothing above counts them

  std::uint64_t queries() const { return computed ? 0 : unique_queries; }
};

}  // namespace lode::core

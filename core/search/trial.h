// What a run leaves behind: its trials one by one, and its result.
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

namespace lode::core {

// Not measured.
inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// What oracles were asked and answered. Views are valid during the call that passes it.
struct EvaluationRecord {
  std::uint64_t id = 0;  // 1, 2, ...: in the order of asking
  std::uint64_t step = 0;
  std::string_view architecture;    // the space's canonical string
  std::span<const double> metrics;  // NaN where not measured
  std::string_view failure;         // why it failed, or ""
  bool rejected = false;            // broke a limit, and the proposal became no trial
  double cost_seconds = 0;          // simulated
  std::span<const std::pair<std::string, double>> records;  // what the oracles noted
};

// One finished step. Views are valid during the call that passes it.
struct TrialRecord {
  std::uint64_t step = 0;
  std::uint64_t evaluation = 0;     // which evaluation its metrics come from
  bool random = false;              // drawn by the exploration strategy
  bool reused = false;              // the evaluation was made for an earlier trial
  std::span<const float> action;    // empty if the optimizer proposed an architecture
  std::string_view architecture;    // the space's canonical string
  std::span<const double> metrics;  // empty if the trial failed
  double reward = 0;                // NaN if the trial failed
  double violation = 0;             // of the limits: 0 keeps all; NaN if the trial failed
  std::string_view failure;         // why it failed, or ""
  std::chrono::nanoseconds took{};  // from asking the optimizer to here; in no store

  // Whether it may be the best: measured, and within all limits.
  bool feasible() const { return failure.empty() && violation == 0; }
};

// Sees what a run does, from the run's thread.
class TrialObserver {
 public:
  virtual ~TrialObserver() = default;
  // Every evaluation, as soon as it is made: before its trial, maybe before those of earlier steps.
  virtual void OnEvaluation(const EvaluationRecord& /*evaluation*/) {}
  // Every trial, before the optimizer learns of it.
  virtual void OnTrial(const TrialRecord& trial) = 0;
  // The named values that exploration and optimizer recorded for a step, after its trial.
  virtual void OnRecords(std::uint64_t /*step*/,
                         std::span<const std::pair<std::string, double>> /*records*/) {}
};

struct BestTrial {
  std::string architecture;
  std::uint64_t step = 0;
  double reward = 0;
  std::vector<double> metrics;
  // Other architectures with the same reward, kMaxTies if there are more; this one was found first.
  std::uint64_t ties = 0;
  // If measurements scatter: how many of the architecture reward and metrics are the means of, and the
  // standard error of the reward's metric, if the scatter is known (noisy_best.h). 0 if they do not.
  std::uint64_t measurements = 0;
  std::optional<double> standard_error{};
};

inline constexpr std::uint64_t kMaxTies = 1000;

// A trial that no other of its run beats in all goals.
using FrontTrial = BestTrial;

// The best so far at a point of the budget.
struct MarkResult {
  std::uint64_t mark = 0;
  std::optional<BestTrial> best;
};

// Trials that failed alike (failures.h).
struct FailureKind {
  std::string reason;
  std::uint64_t count = 0;
};

enum class Ending {
  kBudget,       // spent
  kStalled,      // nothing new comes
  kInterrupted,  // from outside
  kFailed        // too many trials did, or an error ended it
};

struct RunResult {
  std::uint64_t seed = 0;
  std::uint64_t steps = 0;
  std::uint64_t unique_queries = 0;  // see Evaluator
  bool computed = false;             // by formulas alone: what is counted above are no queries
  std::uint64_t evaluations = 0;     // if measurements scatter: those that the search asked for
  std::uint64_t confirmations = 0;   // and those that the leading candidates were confirmed with
  std::uint64_t failures = 0;        // failed trials
  std::vector<FailureKind> failure_kinds;  // the most frequent first
  std::uint64_t rejections = 0;            // proposals that broke a limit and were not measured
  double cost_seconds = 0;                 // simulated, of all trials together
  double seconds = 0;                      // wall-clock time of the loop
  Ending ending = Ending::kBudget;
  std::string reason;             // with kStalled and kFailed: why
  bool broken = false;            // with kFailed: by an error, which may be gone next time
  std::optional<BestTrial> best;  // none if no trial succeeded within the limits
  std::vector<MarkResult> marks;
  std::vector<FrontTrial> front;      // the Pareto front of the goals, the first goal's best first;
                                      // empty if there is one goal
  std::optional<double> hypervolume;  // of the front, if the goals have a reference point
  bool kept = true;                   // false: its store was removed meanwhile
};

}  // namespace lode::core

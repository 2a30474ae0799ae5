// How methods compare, in numbers. comparison_words.h phrases it, comparison_files.h and others lay
// it out, and neither computes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/compare/compared_runs.h"
#include "core/compare/friedman.h"
#include "core/compare/statistics.h"
#include "core/report/statistics.h"

namespace lode::core {

// With fewer seeds, nothing is said about differences.
inline constexpr std::size_t kFewestSeeds = 5;

struct ComparisonSettings {
  Axis axis = Axis::kSteps;
  std::vector<double> budgets{};          // ascending
  double alpha = 0.05;                    // how often a difference may be reported by chance
  std::size_t resamples = kResamples;     // for bootstrap intervals
  std::optional<std::string> baseline{};  // the only method that others are compared with
};

// A method at a budget of a task. All numbers are over the seeds that have a value there.
struct MethodPoint {
  std::size_t method = 0;  // position in its task
  double budget = 0;
  std::size_t runs = 0;                // all seeds
  std::size_t arrived = 0;             // seeds that reached the budget
  std::vector<double> values{};        // of the seeds, in their order
  std::vector<std::uint64_t> seeds{};  // that have a value
  std::optional<Quartiles> quartiles{};
  Statistic value{};
  std::optional<Interval> interval{};  // of the mean; with kFewestSeeds
  Statistic regret{};                  // distance from the target; none without one
  std::size_t hits = 0;                // seeds that reached the target
  Statistic area{};                    // the mean over all budgets so far
  std::optional<double> rank{};        // mean rank over the seeds, 1 the best
};

enum class Verdict { kUntested, kNoDifference, kFirstBetter, kSecondBetter };

// Two methods at a budget of a task.
struct PairResult {
  std::size_t first = 0, second = 0;  // positions in their task
  double budget = 0;
  bool paired = false;                 // by seeds
  std::size_t seeds = 0;               // of the one that has fewer
  double difference = 0;               // of the means, first less second
  std::optional<Interval> interval{};  // of the difference
  double larger = 0.5;  // probability that the first is better, half of ties (Vargha and Delaney)
  double p = 1, adjusted = 1;  // adjusted: by Holm over all pairs of the task
  double smallest = 1;         // that p can be
  Verdict verdict = Verdict::kUntested;
};

// The mean ranks of methods in blocks: the seeds of a task, or of several tasks.
struct Ranking {
  std::vector<std::string> methods;
  std::size_t tasks = 1, blocks = 0;
  FriedmanResult test{};
  double difference = 0;  // critical, by Nemenyi; 0 for two methods
  // Sets of methods, as positions, that do not differ significantly. Only for at least three
  // methods of which some differ.
  std::vector<std::vector<std::size_t>> groups{};
};

// A method in a task, whatever the budget.
struct MethodTotals {
  std::optional<Quartiles> until_target{};  // spent; infinite for seeds that did not reach it
  std::size_t hits = 0;                     // seeds that reached it
  Statistic seconds{};                      // wall-clock time of a run
  double step_seconds = 0;                  // the same for a step
};

struct TaskComparison {
  ComparedTask task;
  double area_start = 0;               // where the areas begin
  std::vector<MethodPoint> points{};   // by budget, then by method
  std::vector<PairResult> pairs{};     // likewise
  std::vector<MethodTotals> totals{};  // of each method
  std::optional<Ranking> ranking{};    // at the last budget, if the seeds are the same
};

struct Comparison {
  ComparisonSettings settings;
  std::vector<TaskComparison> tasks;
  std::optional<Ranking> overall{};    // over several tasks, of the methods that all of them have
  std::vector<std::string> remarks{};  // what was left out, and why
};

// REQUIRES: a task and a budget. The baseline is a method of each task.
Comparison Compare(std::vector<ComparedTask> tasks, const ComparisonSettings& settings);

}  // namespace lode::core

// A pipeline as the search uses it: every value resolved, every name checked.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/plugin/declaration.h"

namespace lode::core {

// A place in a pipeline file; line and column count from 1. Line 0 means all of `file`, which is
// "--set PATH=VALUE" for an override.
struct Position {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

// An enumeration that pipelines write in words: WordsOf returns them in the order of the values.
template <class E>
concept Worded = std::is_enum_v<E> && requires(E value) {
  WordsOf(value);
};

template <Worded E>
constexpr std::string_view WordOf(E value) {
  return WordsOf(value)[static_cast<std::size_t>(value)];
}

struct ComponentConfig {
  lode_kind kind = 0;
  std::string id;
  std::string preset;            // "" if the component has none
  std::vector<Value> values;     // one for each declared parameter, in declared order
  std::filesystem::path policy;  // optimizer: a saved policy to start from; empty if none
  Position position;             // of `use`
};

enum class Transform {
  kIdentity,     // the metric itself, negated if less is better
  kExponential,  // eq. 3: 100^Acc, Acc in [0, 1]
  kRelative,     // eq. 7: 100^(Acc / AccEnv) / 100 - 1
};

constexpr auto WordsOf(Transform) {
  return std::to_array<std::string_view>({"identity", "exponential", "relative"});
}

// A metric that is added to the reward, multiplied by its weight: a weighted sum.
struct TermConfig {
  std::string metric;
  double weight = 0;
  Position position;
};

// Bounds that a metric must keep.
struct LimitConfig {
  std::string metric;
  std::optional<double> min, max;  // inclusive; at least one of the two
  Position position;
};

// A metric to trade off against the others, in the direction that it declares.
struct GoalConfig {
  std::string metric;
  std::optional<double> reference;  // its part of the hypervolume's reference point
  Position position;
};

enum class LimitRule {
  kRejection,  // not measured further; another architecture is proposed
  kPenalty,    // measured, with a lower reward
  kDeath,      // measured, with the reward of an accuracy of 0
};

// Both also pull toward the limit from within.
enum class Penalty {
  kSoft,      // MnasNet: Acc * (metric / maximum)^weight or Acc * (minimum / metric)^weight
  kAbsolute,  // TuNAS: Acc + weight * |metric / limit - 1|
};

// Which trial within the limits is a run's result.
enum class ResultRule {
  kBest,  // the one with the best reward
  kLast,  // the last one: what programs that train a supernet return
};

constexpr auto WordsOf(ResultRule) { return std::to_array<std::string_view>({"best", "last"}); }
constexpr auto WordsOf(LimitRule) {
  return std::to_array<std::string_view>({"rejection", "penalty", "death"});
}
constexpr auto WordsOf(Penalty) { return std::to_array<std::string_view>({"soft", "absolute"}); }

struct RewardConfig {
  std::string metric;
  Transform transform = Transform::kIdentity;
  double reference = 0;                  // AccEnv of eq. 7, in the metric's unit
  std::filesystem::path accuracy_env{};  // a file that has it; empty once it has been read
  bool allow_test = false;               // the reward or a goal may use a metric of a test split
  Position metric_position;
  double scale = 1;  // factor on the transformed metric
  std::vector<TermConfig> add{};
  std::vector<LimitConfig> limits{};
  LimitRule limit_rule = LimitRule::kRejection;
  std::uint64_t max_rejections = 10000;  // in a row that end the run
  Penalty penalty = Penalty::kSoft;
  double penalty_weight = -0.07;
  std::vector<GoalConfig> goals{};
  ResultRule result = ResultRule::kBest;

  bool takes_last() const { return result == ResultRule::kLast; }
};

// The search ends when it reaches any given limit. At least one of the first four is given.
struct BudgetConfig {
  std::optional<std::uint64_t> steps;  // trials
  // Distinct architectures measured; known ones are free.
  std::optional<std::uint64_t> unique_queries;
  // The sum of the fidelities of what is measured: 100 full evaluations, or 1000 at a tenth.
  std::optional<std::uint64_t> full_evaluations{};
  std::optional<std::uint64_t> simulated_seconds;  // the cost that oracles report
  // The maximum number of evaluations by oracles with noisy metrics, repeated architectures
  // included; none: unique_queries, if that is given.
  std::optional<std::uint64_t> evaluations{};
  std::uint64_t patience = 100000;  // steps in a row without a new architecture before giving up
  std::optional<std::uint64_t> stop_after_no_improvement{};  // steps in a row without a better best
  double wall_seconds = 0;           // of the whole command; 0: no limit. Not part of the search.
  std::vector<std::uint64_t> marks;  // earlier points to report, in units of the first given limit

  bool is_limited() const {
    return steps || unique_queries || full_evaluations || simulated_seconds;
  }
  std::optional<std::uint64_t> evaluation_limit() const {
    return evaluations ? evaluations : unique_queries;
  }
  // Returns the first given limit.
  std::uint64_t end() const {
    const std::optional<std::uint64_t> limits[] = {steps, unique_queries, full_evaluations,
                                                   simulated_seconds};
    return **std::ranges::find_if(limits, [](const auto& limit) { return limit.has_value(); });
  }
};

// What is known before a search.
struct StartConfig {
  std::filesystem::path warm_start{};        // directory of an earlier run, or of its pipeline's
  std::filesystem::path trials{};            // table of trials measured elsewhere
  std::vector<std::string> architectures{};  // to evaluate first
  Position warm_start_position{}, trials_position{};  // where they are written

  bool has_known_trials() const { return !warm_start.empty() || !trials.empty(); }
  bool is_given() const { return has_known_trials() || !architectures.empty(); }
};

// Repeated measurements at the end of a search with noisy metrics.
struct ConfirmConfig {
  std::uint64_t repeats = 0;  // measurements of each candidate; 0: none
  std::uint64_t candidates = 5;

  std::uint64_t evaluations() const { return repeats * candidates; }
};

// What a run writes beside its store.
struct RecordConfig {
  bool tensorboard = false;  // event files
};

enum class OnError { kSkip, kStop, kRetry };

constexpr auto WordsOf(OnError) {
  return std::to_array<std::string_view>({"skip", "stop", "retry"});
}

// When trials are written to disk.
enum class Commit {
  kAuto,   // at once if the evaluation took 10 ms or more, else within 100 ms
  kTrial,  // before the optimizer learns of it
  kBatch,  // within 100 ms
};

constexpr auto WordsOf(Commit) {
  return std::to_array<std::string_view>({"auto", "trial", "batch"});
}

// What runs in child processes.
enum class Isolation { kNothing, kOracles, kAll };

constexpr auto WordsOf(Isolation) {
  return std::to_array<std::string_view>({"false", "true", "all"});
}

// In which order evaluations at once are told to the optimizer.
enum class Order {
  kAsked,     // that of asking: the trials do not depend on how long evaluations take
  kFinished,  // as they finish
};

constexpr auto WordsOf(Order) { return std::to_array<std::string_view>({"asked", "finished"}); }

struct ExecutionConfig {
  OnError on_error = OnError::kSkip;
  std::uint64_t retries = 3;        // of a failed evaluation, with kRetry
  std::uint64_t max_failures = 10;  // failed trials in a row that end the run
  Commit commit = Commit::kAuto;
  std::uint64_t workers = 1;                // evaluations at once
  Order order = Order::kAsked;              // in which the optimizer learns their results
  std::uint64_t threads = 1;                // that an evaluation may use
  Isolation isolate = Isolation::kNothing;  // oracles run apart with workers and limits
  double timeout_seconds = 0;               // for an evaluation in a child process; 0: none
  std::uint64_t memory_limit = 0;           // MiB, for a child process and what it starts; 0: none

  bool isolates_oracles() const { return isolate != Isolation::kNothing; }
  bool isolates_all() const { return isolate == Isolation::kAll; }
};

// A published figure to print next to ours. It applies to searches whose grid point matches
// `where`.
struct ReferenceConfig {
  std::string label;
  std::vector<std::pair<std::string, std::string>> where;  // path and value, as in Search::point
  std::optional<std::uint64_t> mark;  // the budget mark it belongs to; none: the end
  double mean = 0;
  double std = 0;
  std::string metric{};  // of the best architecture; empty: the reward's
  Position position{};   // of `metric`
};

struct Pipeline {
  std::string name;
  std::string description;
  std::vector<std::uint64_t> seeds{0};
  ComponentConfig space;
  std::vector<ComponentConfig> oracles;
  RewardConfig reward;
  std::vector<ComponentConfig> explorations;
  ComponentConfig optimizer;
  StartConfig start;
  BudgetConfig budget;
  ConfirmConfig confirm;
  RecordConfig record;
  ExecutionConfig execution;
  std::vector<ReferenceConfig> references;
  std::vector<std::filesystem::path> plugins;  // [plugins] paths, absolute
  // Of a stage:
  bool optional = false;                  // it is left out if its data is not there
  std::vector<std::string> compare_with;  // earlier stages to compare it with at the end
  std::filesystem::path stored;           // a pipeline's directory, to show its results; or empty

  // Returns how many evaluations the search may use with noisy metrics. The rest is for
  // confirmation.
  std::optional<std::uint64_t> search_evaluations() const {
    const auto limit = budget.evaluation_limit();
    return limit ? std::optional(*limit - std::min(*limit, confirm.evaluations())) : limit;
  }
  bool is_search() const { return !optimizer.id.empty(); }
  bool shows_stored() const { return !stored.empty(); }
  // Returns whether it searches nothing and its only oracle prepares.
  bool is_preparation() const { return !is_search() && !shows_stored(); }
};

// One point of a pipeline's grid, which is run once for each seed.
struct Search {
  // Grid paths and their values in words; empty without [grid].
  std::vector<std::pair<std::string, std::string>> point;
  Pipeline pipeline;
};

}  // namespace lode::core

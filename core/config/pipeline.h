// A pipeline as the search needs it: every value resolved, every name checked.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/plugin/declaration.h"

namespace lode::core {

// A place in a pipeline file; line and column from 1. Line 0: the whole of `file`, which for an
// override is "--set PATH=VALUE".
struct Position {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

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

// "identity", "exponential", "relative": as pipelines write it.
std::string_view TransformName(Transform transform);

// A metric that is added to the reward, times its weight: a weighted sum.
struct TermConfig {
  std::string metric;
  double weight = 0;
  Position position;
};

// What a metric must keep to.
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
  kRejection,  // what breaks a limit is not measured further; another one is proposed
  kPenalty,    // it is measured and its reward lowered
  kDeath,      // it is measured and its reward is that of an accuracy of 0
};

// Both pull towards the limit from within, too.
enum class Penalty {
  kSoft,      // MnasNet: Acc * (metric / maximum)^weight or Acc * (minimum / metric)^weight
  kAbsolute,  // TuNAS: Acc + weight * |metric / limit - 1|
};

// "rejection", "penalty", "death"; "soft", "absolute": as pipelines write them.
std::string_view LimitRuleName(LimitRule rule);
std::string_view PenaltyName(Penalty penalty);

struct RewardConfig {
  std::string metric;
  Transform transform = Transform::kIdentity;
  double reference = 0;     // AccEnv of eq. 7, in the metric's unit
  bool allow_test = false;  // a metric measured on a test split may be in the reward or a goal
  Position metric_position;
  double scale = 1;  // factor on the transformed metric
  std::vector<TermConfig> add{};
  std::vector<LimitConfig> limits{};
  LimitRule limit_rule = LimitRule::kRejection;
  std::uint64_t max_rejections = 10000;  // in a row; then the run ends
  Penalty penalty = Penalty::kSoft;
  double penalty_weight = -0.07;
  std::vector<GoalConfig> goals{};
};

// The search ends when any given limit is reached. At least one of the three is given.
struct BudgetConfig {
  std::optional<std::uint64_t> steps;  // trials
  std::optional<std::uint64_t>
      unique_queries;  // distinct architectures measured; known ones are free
  std::optional<std::uint64_t> simulated_seconds;  // what the oracles say that evaluations cost
  // What may be asked of oracles whose metrics scatter, the same architecture again included; none:
  // unique_queries, if that is given.
  std::optional<std::uint64_t> evaluations{};
  std::uint64_t patience = 0;  // steps in a row without a new architecture before giving up
  std::optional<std::uint64_t> stop_after_no_improvement{};  // steps in a row without a better best
  double wall_seconds = 0;  // of the whole command, by the clock; 0: any. No part of the search.
  std::vector<std::uint64_t> marks;  // earlier points to report, in units of the first limit given

  bool is_limited() const { return steps || unique_queries || simulated_seconds; }
  std::optional<std::uint64_t> evaluation_limit() const {
    return evaluations ? evaluations : unique_queries;
  }
  // The first limit given.
  std::uint64_t end() const {
    return steps ? *steps : unique_queries ? *unique_queries : *simulated_seconds;
  }
};

// What is measured again at the end of a search whose measurements scatter.
struct ConfirmConfig {
  std::uint64_t repeats = 0;  // measurements of each candidate; 0: none
  std::uint64_t candidates = 5;

  std::uint64_t evaluations() const { return repeats * candidates; }
};

enum class OnError { kSkip, kStop, kRetry };

// "skip", "stop", "retry": as pipelines write it.
std::string_view OnErrorName(OnError on_error);

// When trials are on the disk.
enum class Commit {
  kAuto,   // at once what took 10 ms or more to evaluate, 100 ms later at most the rest
  kTrial,  // before the optimizer learns of it
  kBatch,  // 100 ms later at most
};

// "auto", "trial", "batch": as pipelines write it.
std::string_view CommitName(Commit commit);

struct ExecutionConfig {
  OnError on_error = OnError::kSkip;
  std::uint64_t retries = 3;        // with kRetry: of a failed evaluation
  std::uint64_t max_failures = 10;  // failed trials in a row that end the run
  Commit commit = Commit::kAuto;
  std::uint64_t workers = 1;       // evaluations at once
  std::uint64_t threads = 1;       // that an evaluation may keep busy
  bool isolate = false;            // evaluate in child processes; true with workers and limits
  bool isolate_all = false;        // and search in another one; isolate is true then
  double timeout_seconds = 0;      // of an evaluation in a child process; 0: none
  std::uint64_t memory_limit = 0;  // MiB, of a child process and what it starts; 0: none
};

// A published figure to print beside ours: applies to the searches whose grid point matches
// `where`.
struct ReferenceConfig {
  std::string label;
  std::vector<std::pair<std::string, std::string>> where;  // path and value, as in Search::point
  std::optional<std::uint64_t> mark;  // the budget mark it belongs to; none: the end
  double mean = 0;
  double std = 0;
};

struct Pipeline {
  std::string name;
  std::string description;
  std::vector<std::uint64_t> seeds;
  ComponentConfig space;
  std::vector<ComponentConfig> oracles;
  RewardConfig reward;
  std::vector<ComponentConfig> explorations;
  ComponentConfig optimizer;
  BudgetConfig budget;
  ConfirmConfig confirm;
  ExecutionConfig execution;
  std::vector<ReferenceConfig> references;
  std::vector<std::filesystem::path> plugins;  // [plugins] paths, absolute

  // If measurements scatter: how many evaluations the search may ask for. Confirmation has the rest.
  std::optional<std::uint64_t> search_evaluations() const {
    const auto limit = budget.evaluation_limit();
    return limit ? std::optional(*limit - std::min(*limit, confirm.evaluations())) : limit;
  }
  // It searches nothing: its one oracle prepares.
  bool is_preparation() const { return optimizer.id.empty(); }
};

// One point of a pipeline's grid: what is run once for each seed.
struct Search {
  // Grid paths and their values in words; empty without [grid].
  std::vector<std::pair<std::string, std::string>> point;
  Pipeline pipeline;
};

}  // namespace lode::core

// How far the runs of a directory are, in numbers: also runs that have not ended, and stages.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"
#include "core/report/results.h"
#include "core/report/stage_comparison.h"
#include "core/search/trial.h"

namespace lode::core {

enum class Standing { kNotBegun, kUnfinished, kRunning, kFinished, kFailed, kDamaged };

// A run that has not ended. Points into its plan.
struct UnfinishedRun {
  const Search* search;
  std::uint64_t seed = 0;
  std::string title{};  // "nb201-rea cifar10 seed 3"
  std::filesystem::path directory{};
  std::optional<pid_t> process{};  // that is working on it
  std::uint64_t steps = 0;
  std::vector<MetricDeclaration> metrics{};
  std::optional<BestTrial> best{};
  std::vector<FailureKind> failure_kinds{};  // the most frequent first
  std::uint64_t failures = 0;

  Standing standing() const {
    return process ? Standing::kRunning : steps > 0 ? Standing::kUnfinished : Standing::kNotBegun;
  }
};

// A planned run in a table of all runs. Points into what it was made of.
struct RunRow {
  const Search* search;
  std::uint64_t seed = 0;
  std::string stage{};                // "" without stages
  std::filesystem::path directory{};  // relative to that of all runs
  // Nothing if the run cannot be read.
  std::variant<std::monostate, const RunResult*, const UnfinishedRun*> state{};
  std::span<const MetricDeclaration> metrics{};
};

// A stage of a pipeline.
struct StageStanding {
  std::string name;
  std::filesystem::path directory{};
  Standing standing = Standing::kNotBegun;  // of what is stored: not begun, unfinished or finished
  bool is_finished = false;
  bool was_run = false;                  // it was run this time
  std::size_t runs = 0, not_begun = 0;   // planned runs, and those without a directory
  std::string left_out{};                // why it is not measured; "" if it is
  std::optional<double> accuracy_env{};  // of the supernet that it trained
  std::string damage{};                  // why that cannot be read; "" if it can
  std::vector<ReferenceConfig> references{};
};

// All that is known of the runs in a directory. Points into what it was made of.
struct DirectoryResults {
  std::filesystem::path directory;
  std::vector<SearchSummary> searches{};       // of the runs that have ended
  std::vector<UnfinishedRun> unfinished{};     // the others
  std::vector<StageStanding> stages{};         // empty without stages
  std::vector<StageComparison> comparisons{};  // of the stages
  std::vector<std::string> damages{};          // what could not be read, and why
};

// What one command has made in a directory, for a list of many.
struct PipelineStanding {
  struct Best {
    MetricDeclaration metric;
    double value;
  };

  std::filesystem::path directory;
  std::filesystem::file_time_type changed{};  // when something was last stored
  Standing standing = Standing::kDamaged;
  std::optional<pid_t> process{};   // that is working on it
  std::size_t runs = 0, ended = 0;  // planned runs, and those that have ended
  std::uint64_t steps = 0;          // of all runs
  std::uint64_t planned_steps = 0;  // 0: the budget has no limit on steps
  std::vector<Best> bests{};        // of each kind of measurement (best_runs.h)
  bool has_warm_start = false;      // a search began with known trials
  std::string damage{};             // what could not be read, and why; "" if nothing
};

}  // namespace lode::core

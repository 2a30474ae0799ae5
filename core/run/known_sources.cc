#include "core/run/known_sources.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/config/artifacts.h"
#include "core/config/check_reward.h"
#include "core/config/diagnostic.h"
#include "core/config/oracle_roles.h"
#include "core/config/resolve.h"
#include "core/config/values.h"
#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/plugin/text.h"
#include "core/search/metric_index.h"
#include "core/search/noisy_best.h"
#include "core/store/configuration_change.h"
#include "core/store/earlier_run.h"
#include "core/store/input_files.h"
#include "core/store/run_directory.h"
#include "core/store/run_store.h"
#include "core/store/store_check.h"
#include "core/store/stored_run.h"
#include "toolkit/files/delimited_reader.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

// The metrics of a run, and which of them known trials must have.
class WantedMetrics {
 public:
  WantedMetrics(const RewardConfig& reward, const Runner& runner) : metrics_(runner.metrics()) {
    needed_ = MetricsOf(reward);
    for (const std::size_t free : runner.free_metrics()) {
      std::erase(needed_, metrics_[free].name);
      free_.insert(metrics_[free].name);
    }
  }

  const std::vector<MetricDeclaration>& all() const { return metrics_; }
  bool IsFree(const std::string& name) const { return free_.contains(name); }
  bool IsNeeded(const std::string& name) const {
    return std::ranges::find(needed_, name) != needed_.end();
  }

 private:
  const std::vector<MetricDeclaration>& metrics_;
  std::vector<std::string> needed_;
  std::set<std::string> free_;
};

std::string TitleOf(const char* key, const fs::path& path) {
  return "start." + std::string(key) + ": " + path.string();
}

// ---- an earlier run

fs::path EarlierRunOf(const PlannedRun& run) {
  EarlierRun found =
      FindEarlierRun(run.search->pipeline.start.warm_start, *run.search, run.seed, kStoreFile);
  if (!found.fault.empty()) { throw HostError("start.warm_start: " + found.fault); }
  return found.directory;
}

using Lines = std::vector<ConfigurationLine>;

// Returns the lines of the table `header` that occurs for the `number`th time.
Lines TableOf(const Lines& all, std::string_view header, std::size_t number) {
  Lines lines;
  std::ranges::copy_if(all, std::back_inserter(lines), [&](const ConfigurationLine& line) {
    return line.table == header && line.number == number;
  });
  return lines;
}

// Returns the first difference of two tables, "it has size = 5, this pipeline has size = 7"; "" if
// there is none.
std::string Difference(const Lines& then, const Lines& now) {
  const auto in = [](const Lines& lines, const std::string& key) {
    const auto at = std::ranges::find(lines, key, &ConfigurationLine::key);
    return at != lines.end() ? at->text : "no " + key;
  };
  Lines both = now;
  both.insert(both.end(), then.begin(), then.end());
  for (const ConfigurationLine& line : both) {
    const std::string before = in(then, line.key), after = in(now, line.key);
    if (before != after) {
      return std::string("it has ").append(before).append(", this pipeline has ").append(after);
    }
  }
  return "";
}

// Returns the lines of a configuration, with the contents of input files in place of their paths.
Lines LinesFor(const std::string& configuration, const nlohmann::json& inputs) {
  Lines lines = LinesOf(configuration);
  for (ConfigurationLine& line : lines) {
    line.text = line.key + " = " + ContentOr(std::string(line.value()), inputs);
  }
  return lines;
}

// Compares an earlier run with this one.
class EarlierPipeline {
 public:
  EarlierPipeline(const fs::path& directory, const PlannedRun& run)
      : title_(TitleOf("warm_start", directory)),
        then_(LinesFor(FormatAnew(ReadFile(directory / kPipelineFile), {}, *run.catalog),
                       InputsIn(directory))),
        now_(LinesFor(FormatPipeline(run.search->pipeline, *run.catalog),
                      InputsOf(run.search->pipeline, *run.catalog))) {}

  void RequireSame(const std::vector<std::size_t>& measuring) const {
    const std::string space = Difference(TableOf(then_, "[space]", 1), TableOf(now_, "[space]", 1));
    if (!space.empty()) { throw HostError(title_ + ": searched another space: " + space); }
    for (const std::size_t oracle : measuring) {
      RequireOracle(TableOf(now_, kOracle, oracle + 1));
    }
  }

 private:
  static constexpr char kOracle[] = "[[oracle]]";

  // Requires that one of its oracles is this one.
  void RequireOracle(const Lines& oracle) const {
    std::string difference;
    for (std::size_t number = 1;; ++number) {
      const Lines candidate = TableOf(then_, kOracle, number);
      if (candidate.empty()) { break; }
      const std::string other = Difference(candidate, oracle);
      if (other.empty()) { return; }
      difference = difference.empty() ? other : difference;
    }
    throw HostError(title_ + ": measured with another oracle: " + difference +
                    "; start.trials takes trials that were measured elsewhere");
  }

  const std::string title_;
  const Lines then_, now_;
};

// Takes the trials of a stored run, in the order in which they were told.
class EarlierTrials {
 public:
  EarlierTrials(const fs::path& directory, const WantedMetrics& wanted)
      : stored_(directory), is_noisy_(AreNoisy(wanted.all())) {
    for (const MetricDeclaration& metric : wanted.all()) {
      columns_.push_back(MetricIndex(stored_.metrics(), metric.name));
      if (columns_.back() == stored_.metrics().size() && wanted.IsNeeded(metric.name)) {
        throw HostError(TitleOf("warm_start", directory) + ": did not measure '" + metric.name +
                        "'");
      }
    }
  }

  void AddTo(std::vector<KnownTrial>& known) {
    stored_.ForEachTold([&](const TrialRecord& trial, const TrialCost&) {
      if (!trial.failure.empty() || trial.fidelity != 1) { return; }
      if (!seen_.emplace(trial.architecture).second && !is_noisy_) { return; }
      KnownTrial& taken = known.emplace_back();
      taken.architecture = trial.architecture;
      for (const std::size_t column : columns_) {
        taken.metrics.push_back(column < trial.metrics.size() ? trial.metrics[column] : kNaN);
      }
    });
  }

 private:
  StoredRun stored_;
  const bool is_noisy_;
  std::vector<std::size_t> columns_;         // of this run's metrics
  std::set<std::string, std::less<>> seen_;  // architectures
};

void AddEarlier(const PlannedRun& run, const WantedMetrics& wanted,
                std::vector<KnownTrial>& known) {
  const fs::path directory = EarlierRunOf(run);
  RequireIntact(directory);
  EarlierPipeline(directory, run).RequireSame(MeasuringOracles(run.search->pipeline, *run.catalog));
  EarlierTrials(directory, wanted).AddTo(known);
}

// ---- a table

class TrialTable {
 public:
  TrialTable(const fs::path& file, const WantedMetrics& wanted)
      : wanted_(wanted),
        text_(ReadFile(file)),
        reader_(text_, TitleOf("trials", file), files::DelimitedReader::kAuto),
        architecture_(reader_.Find("architecture")) {
    for (const MetricDeclaration& metric : wanted.all()) {
      const bool reads =
          wanted.IsNeeded(metric.name) || (!wanted.IsFree(metric.name) && reader_.Has(metric.name));
      columns_.push_back(reads ? std::optional(reader_.Find(metric.name)) : std::nullopt);
    }
  }

  void AddTo(std::vector<KnownTrial>& known) {
    while (reader_.Next()) {
      KnownTrial& trial = known.emplace_back();
      trial.architecture = PrintableLine(reader_.Text(architecture_));
      for (std::size_t i = 0; i < columns_.size(); ++i) { trial.metrics.push_back(Value(i)); }
    }
  }

 private:
  // Only a metric that is needed must have a value.
  double Value(std::size_t metric) {
    const std::optional<std::size_t>& column = columns_[metric];
    const bool is_empty =
        !column || (reader_.Text(*column).empty() && !wanted_.IsNeeded(wanted_.all()[metric].name));
    return is_empty ? kNaN : reader_.Number(*column);
  }

  const WantedMetrics& wanted_;
  const std::string text_;
  files::DelimitedReader reader_;
  std::size_t architecture_;
  std::vector<std::optional<std::size_t>> columns_;  // of the metrics
};

void AddTable(const fs::path& file, const WantedMetrics& wanted, std::vector<KnownTrial>& known) {
  try {
    TrialTable(file, wanted).AddTo(known);
  } catch (const lode::Error& e) { throw HostError(e.what()); }
}

// ---- what does not exist

// Reports a fault once, although all points of a grid have it.
class SourcesCheck {
 public:
  void Check(const Search& search) {
    const StartConfig& start = search.pipeline.start;
    if (IsGiven(start.trials)) {
      Report(start.trials_position, "trials", CheckInputFile(start.trials));
    }
    if (IsGiven(start.warm_start)) {
      Report(start.warm_start_position, "warm_start",
             FaultOfEarlierRuns(search, start.warm_start, kStoreFile));
    }
    const ComponentConfig& optimizer = search.pipeline.optimizer;
    if (IsGiven(optimizer.policy) && fs::is_directory(optimizer.policy)) {
      Report(optimizer.position, "policy",
             FaultOfEarlierRuns(search, optimizer.policy, kPolicyFile));
    }
  }

  void ThrowIfAny() { diagnostics_.ThrowIfAny(); }

 private:
  static bool IsGiven(const fs::path& path) { return !path.empty() && !IsArtifact(path.native()); }

  static std::string FaultOfEarlierRuns(const Search& search, const fs::path& directory,
                                        const std::string& file) {
    for (const std::uint64_t seed : search.pipeline.seeds) {
      EarlierRun found = FindEarlierRun(directory, search, seed, file);
      if (!found.fault.empty()) { return found.fault; }
    }
    return "";
  }

  void Report(const Position& position, const std::string& key, const std::string& fault) {
    if (!fault.empty() && reported_.insert(key + fault).second) {
      diagnostics_.Add(position, "'" + key + "': " + fault);
    }
  }

  Diagnostics diagnostics_;
  std::set<std::string> reported_;
};

}  // namespace

fs::path PolicyOf(const Search& search, std::uint64_t seed) {
  const fs::path& policy = search.pipeline.optimizer.policy;
  if (!fs::is_directory(policy)) { return policy; }
  const EarlierRun found = FindEarlierRun(policy, search, seed, kPolicyFile);
  if (!found.fault.empty()) { throw HostError("optimizer.policy: " + found.fault); }
  return found.directory / kPolicyFile;
}

void CheckKnownSources(const LoadedPipeline& pipeline) {
  SourcesCheck check;
  for (const Stage& stage : pipeline.stages.list) {
    std::ranges::for_each(stage.searches, [&](const Search& search) { check.Check(search); });
  }
  check.ThrowIfAny();
}

std::vector<KnownTrial> ReadKnownTrials(const PlannedRun& run, const Runner& runner) {
  const StartConfig& start = run.search->pipeline.start;
  const WantedMetrics wanted(run.search->pipeline.reward, runner);
  std::vector<KnownTrial> known;
  if (!start.warm_start.empty()) { AddEarlier(run, wanted, known); }
  if (!start.trials.empty()) { AddTable(start.trials, wanted, known); }
  if (known.empty() && start.has_known_trials()) {
    throw HostError(TitleOf(start.trials.empty() ? "warm_start" : "trials",
                            start.trials.empty() ? start.warm_start : start.trials) +
                    ": has no trials to start from");
  }
  return known;
}

}  // namespace lode::core

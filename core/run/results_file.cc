#include "core/run/results_file.h"

#include <algorithm>
#include <exception>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/run/csv_table.h"
#include "core/run/directory_locks.h"
#include "core/run/kept_runs.h"
#include "core/store/result_json.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

// The beginning of every results file.
constexpr std::string_view kBeginning = "pipeline,space,oracle,optimizer,";

// Returns the name of a column that the user named, changed if it equals one of ours.
std::string OwnName(std::string_view kind, const std::string& name) {
  constexpr std::string_view kOurs[] = {"pipeline",
                                        "space",
                                        "oracle",
                                        "optimizer",
                                        "stage",
                                        "seed",
                                        "status",
                                        "steps",
                                        "unique_queries",
                                        "evaluations",
                                        "failures",
                                        "rejections",
                                        "simulated_seconds",
                                        "best_step",
                                        "reward",
                                        "directory",
                                        "architecture"};
  const bool is_taken = std::ranges::find(kOurs, name) != std::end(kOurs);
  return is_taken ? std::string(kind) + "." + name : name;
}

class ResultsTable {
 public:
  explicit ResultsTable(const KeptRuns& kept) : kept_(kept) {
    for (const SearchResult& result : kept.plan.results) {
      ended_.emplace(result.search, &result);
    }
    AddColumns();
  }

  std::string Text() {
    for (const PlannedRun& run : kept_.plan.runs) {
      AddRun(run);
    }
    return table_.Text();
  }

 private:
  void AddColumns() {
    for (const char* name : {"pipeline", "space", "oracle", "optimizer"}) {
      table_.AddColumn(name);
    }
    if (kept_.stages) {
      table_.AddColumn("stage");
    }
    for (const PlannedRun& run : kept_.plan.runs) {
      for (const auto& [path, value] : run.search->point) {
        table_.AddColumn(OwnName("grid", path));
      }
    }
    for (const char* name : {"seed", "status", "steps", "unique_queries", "failures", "rejections",
                             "simulated_seconds", "best_step", "reward"}) {
      table_.AddColumn(name);
    }
    const auto add_metrics = [this](const auto& of) {
      for (const MetricDeclaration& metric : of.metrics) {
        table_.AddColumn(OwnName("metric", metric.name));
      }
    };
    std::ranges::for_each(kept_.plan.results, add_metrics);
    std::ranges::for_each(kept_.unfinished, add_metrics);
    table_.AddColumn("architecture");
    table_.AddColumn("directory");
  }

  struct Found {
    const SearchResult* result = nullptr;
    const RunResult* run = nullptr;
  };

  // Runs that cannot be read have no row.
  void AddRun(const PlannedRun& run) {
    const Found ended = FindEnded(run);
    const auto unfinished = std::ranges::find(kept_.unfinished, &run, &UnfinishedRun::planned);
    if (ended.run != nullptr) {
      SetIdentity(run);
      SetEnding(*ended.run);
      SetBest(ended.run->best, ended.result->metrics);
    } else if (unfinished != kept_.unfinished.end()) {
      SetIdentity(run);
      table_.Set("status", unfinished->process ? "running" : "unfinished");
      table_.Set("steps", std::to_string(unfinished->steps));
      table_.Set("failures", std::to_string(unfinished->failure_count()));
      SetBest(unfinished->best, unfinished->metrics);
    }
  }

  Found FindEnded(const PlannedRun& run) const {
    const auto result = ended_.find(run.search);
    if (result == ended_.end()) {
      return {};
    }
    const auto& runs = result->second->runs;
    const auto found = std::ranges::find(runs, run.seed, &RunResult::seed);
    return found != runs.end() ? Found{result->second, &*found} : Found();
  }

  void SetIdentity(const PlannedRun& run) {
    const Pipeline& pipeline = run.search->pipeline;
    std::string oracles;
    for (const ComponentConfig& oracle : pipeline.oracles) {
      oracles += (oracles.empty() ? "" : "+") + oracle.id;
    }
    table_.BeginRow();
    table_.Set("pipeline", pipeline.name);
    table_.Set("space", pipeline.space.id);
    table_.Set("oracle", oracles);
    table_.Set("optimizer", pipeline.optimizer.id);
    const fs::path place = run.directory.lexically_relative(NormalPath(kept_.directory));
    if (kept_.stages) {
      table_.Set("stage", place.begin()->string());
    }
    for (const auto& [path, value] : run.search->point) {
      table_.Set(OwnName("grid", path), value);
    }
    table_.Set("seed", std::to_string(run.seed));
    table_.Set("directory", place.string());
  }

  void SetEnding(const RunResult& run) {
    table_.Set("status", std::string(EndingName(run.ending)));
    table_.Set("steps", std::to_string(run.steps));
    table_.Set("unique_queries", std::to_string(run.computed ? 0 : run.unique_queries));
    if (run.evaluations > 0) {
      table_.Set("evaluations", std::to_string(run.evaluations + run.confirmations));
    }
    table_.Set("failures", std::to_string(run.failures));
    table_.Set("rejections", std::to_string(run.rejections));
    table_.Set("simulated_seconds", FormatValue(run.cost_seconds));
  }

  void SetBest(const std::optional<BestTrial>& best,
               const std::vector<MetricDeclaration>& metrics) {
    if (!best) {
      return;
    }
    table_.Set("best_step", std::to_string(best->step));
    table_.Set("reward", FormatValue(best->reward));
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      table_.Set(OwnName("metric", metrics[i].name),
                 MetricToJson(metrics[i], best->metrics[i]).dump());
    }
    table_.Set("architecture", best->architecture);
    if (best->measurements > 0) {  // reward and metrics are their means
      table_.Set("measurements", std::to_string(best->measurements));
      table_.Set("standard_error", best->standard_error ? FormatValue(*best->standard_error) : "");
    }
  }

  const KeptRuns& kept_;
  std::map<const Search*, const SearchResult*> ended_;
  CsvTable table_;
};

bool IsAnothers(const fs::path& file) {
  std::string beginning(kBeginning.size(), '\0');
  std::ifstream in(file, std::ios::binary);
  in.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  return fs::exists(file) && beginning != kBeginning;
}

}  // namespace

void WriteResultsFile(const fs::path& directory) {
  const fs::path file = directory / kResultsFile;
  if (IsAnothers(file)) {
    throw HostError(file.string() +
                    ": is not from Lode and stays as it is; the results are not in it");
  }
  const KeptRuns kept = LookAtRuns(directory, false);
  WriteFile(file, ResultsTable(kept).Text());
  if (!kept.damages.empty()) {
    throw HostError(file.string() + ": lacks what could not be read: " + kept.damages.front() +
                    (kept.damages.size() == 1
                         ? ""
                         : ", and " + std::to_string(kept.damages.size() - 1) + " more"));
  }
}

Completion KeepResults(const std::set<fs::path>& directories, Completion completion,
                       RunListener& listener) {
  for (const fs::path& directory : directories) {
    std::error_code error;
    if (!fs::exists(directory, error)) {  // removed meanwhile; the runs report that themselves
      continue;
    }
    try {
      WriteResultsFile(directory);
    } catch (const std::exception& e) {
      listener.OnWarning({RunWarning::Kind::kNotice, e.what()});
      completion = completion == Completion::kDone ? Completion::kFailed : completion;
    }
  }
  return completion;
}

}  // namespace lode::core

#include "core/cli/stages.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <list>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "core/cli/interruption.h"
#include "core/cli/progress.h"
#include "core/cli/stored_runs.h"
#include "core/config/artifacts.h"
#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/report/stage_comparison.h"
#include "core/search/metric_index.h"
#include "core/store/run_directory.h"
#include "core/store/run_lock.h"
#include "core/store/run_store.h"
#include "core/store/sealed_toml.h"
#include "core/store/stage_record.h"
#include "core/store/store_check.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kBestFile[] = "best.tsv";

enum class State { kNew, kUnfinished, kFinished };

State StateOf(const std::optional<core::StageRecord>& record) {
  return !record ? State::kNew : record->finished ? State::kFinished : State::kUnfinished;
}

std::string_view StateName(State state) {
  switch (state) {
    case State::kFinished:
      return "finished";
    case State::kUnfinished:
      return "unfinished";
    default:
      return "not begun";
  }
}

// A stage in hand or done. What its plan points to is in it: it stays where it is.
struct StageRun {
  StageRun(const core::Stage& s, const core::Catalog& c, const fs::path& root)
      : stage(s), catalog(c), directory(root / s.name), searches(s.searches) {
    for (core::Search& search : searches) {
      core::PlaceArtifacts(search.pipeline, c, root);
    }
  }
  StageRun(const StageRun&) = delete;
  StageRun& operator=(const StageRun&) = delete;

  // Plans its runs.
  void MakePlan() {
    plan.directories = {directory};
    plan.results.reserve(searches.size());
    for (const core::Search& search : searches) {
      plan.AddSearch(search, catalog, directory);
    }
  }

  // What a stage that has finished has kept.
  void TakeResults() {
    finished = true;
    if (stage.is_preparation()) {
      return;
    }
    MakePlan();
    for (const Job& job : plan.jobs) {
      if (job.exists) {
        core::RequireIntact(job.directory);
      }
      std::optional<JobResult> ended = Ended(job);
      if (!ended) {
        throw core::HostError(job.directory.string() +
                              ": is missing from a stage that has finished; --fresh runs all "
                              "stages again");
      }
      job.result->metrics = std::move(ended->metrics);
      job.result->runs[job.position] = std::move(ended->run);
    }
  }

  core::SearchedStage Searched() const {
    core::SearchedStage searched{stage.name, &plan.results, {}};
    for (const core::SearchResult& result : plan.results) {
      auto& runs = searched.runs.emplace_back();
      for (const core::RunResult& run : result.runs) {
        runs.push_back(directory / core::RunDirectoryName(*result.search, run.seed));
      }
    }
    return searched;
  }

  const core::Stage& stage;
  const core::Catalog& catalog;
  const fs::path directory;
  std::vector<core::Search> searches;  // with the paths of artifacts
  Plan plan;                           // none of a preparation
  bool again = true;                   // it was run this time
  bool finished = false;
};

// One line for each run that found something: architecture, point, seed, the reward's metric.
void WriteBest(const StageRun& run) {
  std::string text;
  for (const core::SearchResult& result : run.plan.results) {
    const std::size_t metric =
        core::MetricIndex(result.metrics, result.search->pipeline.reward.metric);
    std::string point;
    for (const auto& [path, value] : result.search->point) {
      point += (point.empty() ? "" : " ") + value;
    }
    for (const core::RunResult& r : result.runs) {
      if (r.best) {
        text += r.best->architecture + "\t" + point + "\t" + std::to_string(r.seed) + "\t" +
                core::FormatValue(r.best->metrics[metric]) + "\n";
      }
    }
  }
  core::WriteFile(run.directory / kBestFile, text);
}

// What a finished stage has left can be written again, since its runs are there.
void MendBest(const StageRun& run) {
  const auto record = core::ReadStageRecord(run.directory);
  if (record && !core::ChangedOutputs(*record, run.directory).empty()) {
    std::fprintf(stderr, "lode: %s: was damaged, written again\n",
                 (run.directory / kBestFile).c_str());
    WriteBest(run);
  }
}

class StageRunner {
 public:
  StageRunner(const LoadedPipeline& pipeline, const StageOptions& options,
              const Evaluators& evaluators)
      : pipeline_(pipeline),
        options_(options),
        evaluators_(evaluators),
        root_(fs::absolute(options.directory).lexically_normal()) {}

  int Run() {
    core::MakeDirectories(root_);
    const core::RunLock lock(root_);
    core::WriteFile(root_ / core::kPipelineFile, core::SealToml(pipeline_.stages.text));
    int status = kDone;
    for (const core::Stage& stage : pipeline_.stages.list) {
      StageRun& run = runs_.emplace_back(stage, *pipeline_.index, root_);
      status = Do(run);
      if (status != kDone) {
        break;
      }
    }
    return status;
  }

  const std::list<StageRun>& runs() const { return runs_; }

 private:
  int Do(StageRun& run) {
    core::StageRecord record = core::RecordOf(run.stage, run.catalog, root_);
    if (Begin(run, record)) {
      std::fprintf(stderr, "lode: stage %s: unchanged, not run again\n", run.stage.name.c_str());
      run.again = false;
      run.TakeResults();
      MendBest(run);
      return kDone;
    }
    const int status = run.stage.is_preparation() ? Prepare(run) : Search(run);
    if (status == kDone) {
      record.finished = run.finished = true;
      if (!run.stage.is_preparation()) {
        core::AddOutput(record, run.directory, kBestFile);
      }
      core::WriteStageRecord(run.directory, record);
    }
    return status;
  }

  // True if nothing is to be done; else the directory is there, and holds nothing of other work.
  bool Begin(const StageRun& run, const core::StageRecord& record) const {
    const auto stored = core::ReadStageRecord(run.directory);
    const bool same = stored && stored->IsOf(record) && !options_.fresh;
    if (same && stored->finished) {
      return true;
    }
    if (same && !options_.resume) {
      throw core::HostError(
          run.directory.string() +
          ": holds an unfinished stage; --resume goes on with it, --fresh replaces it");
    }
    if (!same) {
      Clear(run, stored.has_value());
      core::MakeDirectories(run.directory);
      core::WriteStageRecord(run.directory, record);
    }
    return false;
  }

  // Whether anything is in a directory but a record that was being written when the program ended.
  static bool HoldsOther(const fs::path& directory) {
    std::error_code none;
    const fs::directory_iterator entries(directory, none);
    return std::any_of(begin(entries), end(entries), [](const fs::directory_entry& entry) {
      return entry.path().filename() != std::string(core::kStageFile) + ".partial";
    });
  }

  // Removes what is there of a stage, and of nothing else.
  void Clear(const StageRun& run, bool holds_stage) const {
    std::error_code error;
    if (!holds_stage) {
      if (HoldsOther(run.directory)) {
        throw core::HostError(run.directory.string() + ": is there already, and is no stage");
      }
      return;
    }
    if (!options_.fresh) {
      std::fprintf(stderr, "lode: stage %s: changed, run anew\n", run.stage.name.c_str());
    }
    fs::remove_all(run.directory, error);
    if (error) {
      throw core::HostError(run.directory.string() + ": cannot be removed: " + error.message());
    }
  }

  int Search(StageRun& run) const {
    run.MakePlan();
    CheckChanges(run.plan, options_.jobs);
    RunJobs(run.plan, options_.jobs, evaluators_);
    const int status = StatusOf(run.plan.results);
    if (status == kDone) {
      WriteBest(run);
    }
    return status;
  }

  // The oracle is made and bound, and prepares, where it would evaluate.
  int Prepare(const StageRun& run) const {
    CatchSignals();
    const core::Pipeline& pipeline = run.searches.front().pipeline;
    const auto start = std::chrono::steady_clock::now();
    ProgressDisplay display(1);
    RunProgress& progress = display.Begin(pipeline.name, pipeline.budget);
    const core::RunContext context{0,
                                   &interrupted,
                                   [&progress](double fraction, std::string_view what) {
                                     progress.OnProgress(fraction, what);
                                   },
                                   {},
                                   run.directory};
    try {
      core::MakeExecutor(pipeline, run.catalog, context, evaluators_.program, &evaluators_.mpi);
    } catch (const lode::CancelledError&) {
      return kInterrupted;
    }
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    char text[48];
    std::snprintf(text, sizeof text, ": prepared, %.2f s", taken.count());
    display.End(progress, pipeline.name + text);
    return interrupted ? kInterrupted : kDone;
  }

  const LoadedPipeline& pipeline_;
  const StageOptions& options_;
  const Evaluators& evaluators_;
  const fs::path root_;
  std::list<StageRun> runs_;
};

// Those that have searched to their end.
std::vector<core::SearchedStage> SearchedOf(const std::list<StageRun>& runs) {
  std::vector<core::SearchedStage> searched;
  for (const StageRun& run : runs) {
    if (run.finished && !run.stage.is_preparation()) {
      searched.push_back(run.Searched());
    }
  }
  return searched;
}

void PrintText(const std::list<StageRun>& runs) {
  for (const StageRun& run : runs) {
    if (!run.plan.results.empty()) {
      PrintTables(run.plan.results);
    }
  }
  for (const auto& comparison : core::CompareStages(SearchedOf(runs))) {
    std::printf("%s\n", core::FormatStageComparison(comparison).c_str());
  }
}

nlohmann::json StagesToJson(const std::list<StageRun>& runs) {
  nlohmann::json stages = nlohmann::json::array();
  for (const StageRun& run : runs) {
    stages.push_back({{"name", run.stage.name},
                      {"directory", run.directory.string()},
                      {"finished", run.finished},
                      {"run", run.again}});
  }
  return stages;
}

std::vector<core::SearchResult> ResultsOf(const std::list<StageRun>& runs) {
  std::vector<core::SearchResult> all;
  for (const StageRun& run : runs) {
    all.insert(all.end(), run.plan.results.begin(), run.plan.results.end());
  }
  return all;
}

void PrintJson(const std::list<StageRun>& runs) {
  nlohmann::json out = core::ToJson(ResultsOf(runs));
  out["stages"] = StagesToJson(runs);
  out["comparisons"] = core::ToJson(core::CompareStages(SearchedOf(runs)));
  std::printf("%s\n", core::FormatJson(out, 2).c_str());
}

}  // namespace

int RunStages(const LoadedPipeline& pipeline, const StageOptions& options,
              const Evaluators& evaluators) {
  StageRunner runner(pipeline, options, evaluators);
  const int status = runner.Run();
  if (options.jobs.json) {
    PrintJson(runner.runs());
  } else {
    PrintText(runner.runs());
    PrintDirectories({options.directory}, ResultsOf(runner.runs()));
  }
  return status;
}

void RefuseExtending(const JobOptions& options) {
  if (!options.extend.empty()) {
    throw core::HostError("--extend " + options.extend +
                          ": is for pipelines without stages; change the stage's budget");
  }
}

bool HoldsStages(const fs::path& directory) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (fs::exists(entry.path() / core::kStageFile, error)) {
      return fs::exists(directory / core::kPipelineFile, error);
    }
  }
  return false;
}

SeenStages LookAtStages(const fs::path& directory) {
  const LoadedPipeline pipeline = LoadKept(directory, {}, {}, Plugins::kNone);
  const fs::path root = fs::absolute(directory).lexically_normal();
  SeenStages seen;
  std::list<StageRun> runs;
  for (const core::Stage& stage : pipeline.stages.list) {
    StageRun& run = runs.emplace_back(stage, *pipeline.index, root);
    const auto record = core::ReadStageRecord(run.directory);
    const State state = StateOf(record);
    seen.states += "stage " + stage.name + ": " + std::string(StateName(state)) + "\n";
    run.again = false;
    if (state == State::kFinished) {
      run.TakeResults();
    }
  }
  const auto comparisons = core::CompareStages(SearchedOf(runs));
  for (const core::StageComparison& comparison : comparisons) {
    seen.comparisons += core::FormatStageComparison(comparison) + "\n";
  }
  seen.json = {{"stages", StagesToJson(runs)}, {"comparisons", core::ToJson(comparisons)}};
  return seen;
}

}  // namespace lode::cli

#include "core/cli/stages.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
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
#include "core/cli/terminal.h"
#include "core/config/artifacts.h"
#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/report/stage_comparison.h"
#include "core/search/metric_index.h"
#include "core/store/input_files.h"
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

// A stage that is to be done, or has been. What its plan points to is in it: it stays where it is.
struct StageRun {
  StageRun(const core::Stage& s, const core::Catalog& c, const fs::path& root)
      : stage(s),
        catalog(c),
        directory(root / s.name),
        searches(s.searches),
        stored(core::ReadStageRecord(directory)) {
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

  // Takes the results of runs that have ended, and of others that they have not.
  void TakeResults() {
    std::ranges::for_each(plan.jobs, TakeResult);
    ForgetSearchesWithoutResult();
  }

  // The same of those that can be read.
  void TakeReadableResults() {
    for (const Job& job : plan.jobs) {
      try {
        TakeResult(job);
      } catch (const core::HostError&) {  // which whoever looks at the runs says
      }
    }
    ForgetSearchesWithoutResult();
  }

  static void TakeResult(const Job& job) {
    if (job.exists) {
      core::RequireIntact(job.directory);
    }
    if (std::optional<JobResult> ended = Ended(job)) {
      job.result->metrics = std::move(ended->metrics);
      job.result->runs[job.position] = std::move(ended->run);
    }
  }

  void ForgetSearchesWithoutResult() {
    std::erase_if(plan.results, [](const core::SearchResult& r) { return r.metrics.empty(); });
  }

  bool HasEnded() const {
    return std::ranges::all_of(plan.jobs, [](const Job& job) { return Ended(job).has_value(); });
  }

  bool Reads(const std::string& other) const {
    return std::ranges::any_of(stage.searches, [&](const core::Search& search) {
      return std::ranges::any_of(
          core::ArtifactsOf(search.pipeline, catalog),
          [&](const std::string& path) { return core::ParseArtifact(path).stage == other; });
    });
  }

  core::SearchedStage Searched() const {
    core::SearchedStage searched{stage.name, &plan.results, {}};
    for (const core::SearchResult& result : plan.results) {
      auto& runs = searched.runs.emplace_back();
      for (const core::RunResult& run : result.runs) {
        runs.push_back(core::RunDirectory(directory, *result.search, run.seed));
      }
    }
    return searched;
  }

  const core::Stage& stage;
  const core::Catalog& catalog;
  const fs::path directory;
  std::vector<core::Search> searches;       // with the paths of artifacts
  std::optional<core::StageRecord> stored;  // of what is kept
  core::StageRecord record;                 // of what is wanted
  core::ConfigurationChange change;         // from one to the other
  bool replaced = false;                    // what is kept makes room
  Plan plan;                                // none of a preparation
  bool again = true;                        // it was run this time
  bool finished = false;
};

// "stage search: 3 of 10 runs not begun": those that have no directory to show.
std::string NotBegun(const StageRun& run) {
  const auto missing =
      std::ranges::count_if(run.plan.jobs, [](const Job& job) { return !job.exists; });
  return !run.stored || missing == 0
             ? ""
             : "stage " + run.stage.name + ": " + std::to_string(missing) + " of " +
                   std::to_string(run.plan.jobs.size()) + " runs not begun\n";
}

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
                core::MetricToJson(result.metrics[metric], r.best->metrics[metric]).dump() + "\n";
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
        root_(Normal(options.directory)) {}

  // What cannot be done is refused before anything has changed, as far as it can be known by then.
  int Run() {
    for (const core::Stage& stage : pipeline_.stages.list) {
      Look(runs_.emplace_back(stage, *pipeline_.index, root_));
    }
    // Those that read others first.
    std::for_each(runs_.rbegin(), runs_.rend(), [this](StageRun& run) { MakeRoom(run); });
    core::WriteFile(root_ / core::kPipelineFile, core::SealToml(pipeline_.stages.text));
    int status = kDone;
    for (StageRun& run : runs_) {
      status = Do(run);
      if (status != kDone) {
        break;
      }
    }
    return status;
  }

  const std::list<StageRun>& runs() const { return runs_; }

 private:
  // Compares what is kept with what is wanted.
  void Look(StageRun& run) const {
    run.record = core::RecordOf(run.stage, run.catalog);
    if (!run.stored) {
      RefuseOthers(run);
    } else if (!options_.fresh) {
      run.change = core::ChangeOfStage(*run.stored, run.record, StageNames(), run.catalog);
      const bool reads_replaced = std::ranges::any_of(runs_, [&](const StageRun& other) {
        return other.replaced && run.Reads(other.stage.name);
      });
      if (reads_replaced || (!run.change.trials.empty() && !Forces(run))) {
        Replace(run, run.change.trials);
      } else if (!run.stored->finished && !options_.resume) {
        throw core::HostError(
            run.directory.string() +
            ": holds an unfinished stage; --resume goes on with it, --fresh replaces it");
      }
    }
  }

  // A preparation has no trials that could show whether it is the same.
  bool Forces(const StageRun& run) const {
    return options_.jobs.force && !run.stage.is_preparation();
  }

  void Replace(StageRun& run, const std::string& change) const {
    if (!options_.replace) {
      throw core::HostError(run.directory.string() + ": not the same stage any more: " + change +
                            "; --replace makes it anew and keeps this one beside it, as " +
                            run.stage.name + ".1");
    }
    run.replaced = true;
  }

  static void RefuseOthers(const StageRun& run) {
    if (HoldsOther(run.directory)) {
      throw core::HostError(run.directory.string() + ": is there already, and is no stage");
    }
  }

  std::vector<std::string> StageNames() const {
    std::vector<std::string> names;
    std::ranges::transform(pipeline_.stages.list, std::back_inserter(names), &core::Stage::name);
    return names;
  }

  void MakeRoom(StageRun& run) const {
    if (run.stored && options_.fresh) {
      std::error_code error;
      fs::remove_all(run.directory, error);
      if (error) {
        throw core::HostError(run.directory.string() + ": cannot be removed: " + error.message());
      }
      run.stored.reset();
    } else if (run.replaced) {
      const fs::path aside = core::SetAside(run.directory);
      std::fprintf(stderr, "lode: stage %s: changed, run anew; what there was is kept in %s\n",
                   run.stage.name.c_str(), aside.c_str());
      run.stored.reset();
      run.replaced = false;
    }
  }

  int Do(StageRun& run) const {
    CheckInputs(run);
    if (!run.stage.is_preparation()) {
      PlanRuns(run);
    }
    if (run.stored && run.stored->finished && run.HasEnded()) {
      std::fprintf(stderr, "lode: stage %s: unchanged, not run again\n", run.stage.name.c_str());
      run.again = false;
      run.finished = true;
      run.TakeResults();
      MendBest(run);
      return kDone;
    }
    if (!run.stored || !Forces(run)) {  // else nothing is written before trials have come out alike
      core::MakeDirectories(run.directory);
      core::WriteStageRecord(run.directory, run.record);
    }
    const int status = run.stage.is_preparation() ? Prepare(run) : Search(run);
    if (status == kDone) {
      run.record.finished = run.finished = true;
      if (!run.stage.is_preparation()) {
        core::AddOutput(run.record, run.directory, kBestFile);
      }
      core::WriteStageRecord(run.directory, run.record);
    }
    return status;
  }

  // Whether anything is in a directory but a record that was being written when the program ended.
  static bool HoldsOther(const fs::path& directory) {
    std::error_code none;
    const fs::directory_iterator entries(directory, none);
    return std::any_of(begin(entries), end(entries), [](const fs::directory_entry& entry) {
      return entry.path().filename() != std::string(core::kStageFile) + ".partial";
    });
  }

  // What earlier stages leave is known by now.
  void CheckInputs(StageRun& run) const {
    run.record.inputs = core::InputsOf(run.stage, run.catalog, root_);
    if (!run.stored) {
      return;
    }
    const std::string change = core::ChangedInputs(run.stored->inputs, run.record.inputs, root_);
    if (!change.empty() && !Forces(run)) {
      Replace(run, change);
      MakeRoom(run);
    } else {
      run.change.trials += change;
      core::AddOthers(run.record, *run.stored);
    }
  }

  void PlanRuns(StageRun& run) const {
    run.MakePlan();
    for (Job& job : run.plan.jobs) {
      job.asks_again = options_.resume;
      job.changed = job.exists && (run.change.tables || !run.change.trials.empty());
    }
  }

  int Search(StageRun& run) const {
    const core::RunLock lock(run.directory);  // one that prepares has a lock of its own
    const int status = RunJobs(run.plan, options_.jobs, evaluators_);
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
    ProgressDisplay display("", 1, options_.jobs.progress_seconds);
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
      return InterruptionStatus();
    }
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    display.Print("lode: " + pipeline.name + ": prepared in " +
                  core::FormatDuration(taken.count()));
    return interrupted ? InterruptionStatus() : kDone;
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
    std::printf("%s\n", core::FormatStageComparison(comparison, OutputWidth()).c_str());
  }
}

// Of the last stage that has searched.
void PrintBestOfLast(const std::list<StageRun>& runs, const std::vector<fs::path>& plugins) {
  const auto searched = std::ranges::find_if(
      runs.rbegin(), runs.rend(), [](const StageRun& run) { return !run.plan.results.empty(); });
  if (searched != runs.rend()) {
    PrintBest(searched->plan, plugins);
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
  std::vector<const core::Search*> searches;
  for (const core::Stage& stage : pipeline.stages.list) {
    std::ranges::transform(stage.searches, std::back_inserter(searches),
                           [](const core::Search& search) { return &search; });
  }
  const WallClock clock(options.jobs.WallSeconds(searches));
  StageRunner runner(pipeline, options, evaluators);
  const int status = KeepResults({Normal(options.directory)}, runner.Run());
  if (options.jobs.json) {
    PrintJson(runner.runs());
  } else {
    PrintText(runner.runs());
    PrintDirectories({options.directory}, ResultsOf(runner.runs()), status);
    PrintBestOfLast(runner.runs(), evaluators.plugins);
  }
  return status;
}

void AddReplace(CLI::App& command, bool& replace) {
  command.add_flag("--replace", replace,
                   "Make stages anew whose configuration or inputs have changed, and those that "
                   "read them; what there was is kept beside them, as NAME.1");
}

void RefuseReplacing(bool replace) {
  if (replace) {
    throw core::HostError("--replace is for pipelines with stages; choose another --out");
  }
}

void RefuseExtending(const JobOptions& options) {
  if (!options.extend.empty()) {
    throw core::HostError("--extend " + options.extend +
                          ": is for pipelines without stages; change the stage's budget");
  }
}

bool HoldsStages(const fs::path& directory) {
  std::ifstream in(directory / core::kPipelineFile);
  for (std::string line; std::getline(in, line);) {
    if (line == "[[stage]]") {
      return true;
    }
  }
  return false;
}

SeenStages LookAtStages(const fs::path& directory) {
  const LoadedPipeline pipeline = LoadKept(directory, {}, {}, Plugins::kNone);
  const fs::path root = fs::absolute(directory).lexically_normal();
  SeenStages seen;
  std::string not_begun;
  std::list<StageRun> runs;
  for (const core::Stage& stage : pipeline.stages.list) {
    StageRun& run = runs.emplace_back(stage, *pipeline.index, root);
    const State state = StateOf(run.stored);
    if (!stage.is_preparation()) {
      run.MakePlan();
    }
    seen.states += "stage " + stage.name + ": " + std::string(StateName(state)) + "\n";
    not_begun += NotBegun(run);
    run.again = false;
    run.finished = state == State::kFinished;
    run.TakeReadableResults();
  }
  seen.states += not_begun;
  const auto comparisons = core::CompareStages(SearchedOf(runs));
  for (const core::StageComparison& comparison : comparisons) {
    seen.comparisons += core::FormatStageComparison(comparison, OutputWidth()) + "\n";
  }
  seen.json = {{"stages", StagesToJson(runs)}, {"comparisons", core::ToJson(comparisons)}};
  return seen;
}

}  // namespace lode::cli

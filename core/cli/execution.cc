#include "core/cli/execution.h"

#include <algorithm>
#include <cstdio>
#include <list>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "core/cli/interruption.h"
#include "core/cli/run_display.h"
#include "core/cli/show_command.h"
#include "core/cli/terminal.h"
#include "core/compare/compare_stages.h"
#include "core/live/live_files.h"
#include "core/plugin/text.h"
#include "core/report/best_runs.h"
#include "core/report/render_json.h"
#include "core/report/render_text.h"
#include "core/report/result_words.h"
#include "core/report/words.h"
#include "core/run/run_results.h"
#include "core/run/stored_plan.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

// Returns the directory that contains all of them. REQUIRES: there is one.
fs::path CommonDirectory(const std::vector<fs::path>& directories) {
  fs::path common = fs::absolute(directories.front());
  for (const fs::path& directory : directories) {
    while (!core::IsWithin(fs::absolute(directory), common)) { common = common.parent_path(); }
  }
  return common;
}

void StartServing(Serving& serving, const std::vector<fs::path>& directories,
                  const GlobalOptions& global) {
  serving.Start(CommonDirectory(directories), global.plugins);
  std::fprintf(stderr, "lode: the runs are shown at %s\n", serving.url().c_str());
}

// `directories`: of the runs.
template <class Work>
core::Completion ExecuteAny(Work& work, const std::vector<fs::path>& directories,
                            const ExecutionOptions& options, const Evaluators& evaluators) {
  if (evaluators.serving != nullptr) {
    StartServing(*evaluators.serving, directories, evaluators.global);
  }
  RunDisplay display(options.progress_seconds);
  core::LiveFiles listener(display);
  return work.Execute({.program = core::ThisProgram(evaluators.global.plugins),
                       .mpi = &evaluators.mpi,
                       .listener = listener,
                       .cancel = Interruption(),
                       .runs_at_once = options.jobs,
                       .wall_seconds = options.wall_seconds,
                       .since = ProgramStart()});
}

// Prints where the runs are kept, and how to continue if possible; nothing if all of them were
// lost.
void PrintDirectories(const std::vector<fs::path>& directories,
                      const std::vector<core::SearchResult>& results, core::Completion completion) {
  std::size_t runs = 0, lost = 0;
  for (const core::SearchResult& result : results) {
    runs += result.runs.size();
    lost += static_cast<std::size_t>(
        std::ranges::count(result.runs, false, &core::RunResult::is_stored));
  }
  if (lost > 0 && lost == runs) {
    return;  // the runs' own lines give the reason
  }
  const bool is_out_of_time = completion == core::Completion::kOutOfTime;
  if (is_out_of_time) { std::printf("stopped: the wall time is over\n"); }
  for (const fs::path& directory : directories) {
    const std::string name = PrintableLine(directory.string());
    std::printf("kept in %s%s\n", name.c_str(),
                lost > 0 ? ", except what was removed meanwhile" : "");
    if (is_out_of_time || completion == core::Completion::kCancelled) {
      std::printf("%s", core::ContinueLine(name).c_str());
    }
  }
}

// Prints a "best: " line for each kind of measurement, with the command that shows the
// architecture.
void PrintBest(const core::Plan& plan, const GlobalOptions& global) {
  for (const core::BestRun& best : core::BestRuns(plan.results)) {
    const core::Search& search = *best.result->search;
    const std::string command =
        ShowCommand(search, plan.CatalogOf(search), best.run->best->architecture, global.plugins);
    std::printf("%s: %s\n", core::DescribeBest(best).c_str(), command.c_str());
  }
}

// Prints the best of the last stage that has searched.
void PrintBestOfLast(const std::list<core::StageRun>& stages, const GlobalOptions& global) {
  const auto searched =
      std::ranges::find_if(stages.rbegin(), stages.rend(), [](const core::StageRun& stage) {
        return stage.stage.is_search() && !stage.plan.results.empty();
      });
  if (searched != stages.rend()) { PrintBest(searched->plan, global); }
}

std::vector<core::SearchResult> ResultsOf(const std::list<core::StageRun>& stages) {
  std::vector<core::SearchResult> all;
  for (const core::StageRun& stage : stages) {
    all.insert(all.end(), stage.plan.results.begin(), stage.plan.results.end());
  }
  return all;
}

void PrintJson(const nlohmann::json& value) {
  std::printf("%s\n", core::FormatJson(value, 2).c_str());
}

void PrintTables(const std::vector<core::SearchResult>& results) {
  std::printf("%s", core::FormatSearches(core::Summarize(results), OutputWidth()).c_str());
}

void PrintTablesOf(const std::list<core::StageRun>& stages) {
  for (const core::StageRun& stage : stages) { PrintTables(stage.plan.results); }
  const auto comparisons = core::ComparisonsOf(stages);
  std::printf("%s%s%s", core::FormatStages(core::StandingsOf(stages), OutputWidth()).c_str(),
              core::FormatStageComparisons(comparisons, OutputWidth()).c_str(),
              core::FormatAsked(core::CompareAsked(stages), OutputWidth()).c_str());
}

}  // namespace

std::optional<Serving> MakeServing(const ExecutionOptions& options) {
  if (options.serve.empty()) { return std::nullopt; }
  const auto port = static_cast<std::uint16_t>(std::stoul(options.serve));
  return std::optional<Serving>(std::in_place, ServingOptions{.port = port});
}

core::Completion ExecuteShowing(core::PlannedSearches& searches, const ExecutionOptions& options,
                                const Evaluators& evaluators) {
  return ExecuteAny(searches, searches.plan().directories, options, evaluators);
}

int StatusOf(core::Completion completion) {
  switch (completion) {
    case core::Completion::kDone:
      return kDone;
    case core::Completion::kFailed:
      return kRunFailed;
    case core::Completion::kOutOfTime:
      return kOutOfTime;
    default:
      return kInterrupted;
  }
}

int Execute(core::PlannedSearches& searches, const ExecutionOptions& options,
            const Evaluators& evaluators) {
  const core::Completion completion = ExecuteShowing(searches, options, evaluators);
  const core::Plan& plan = searches.plan();
  if (options.json) {
    PrintJson(core::ToJson(core::Summarize(plan.results)));
  } else if (!plan.results.empty() || Interruption().is_cancelled()) {
    PrintTables(plan.results);
    PrintDirectories(plan.directories, plan.results, completion);
    PrintBest(plan, evaluators.global);
  }
  return StatusOf(completion);
}

int Execute(core::StagedPipeline& pipeline, const fs::path& directory,
            const ExecutionOptions& options, const Evaluators& evaluators) {
  const core::Completion completion = ExecuteAny(pipeline, {directory}, options, evaluators);
  const std::vector<core::SearchResult> results = ResultsOf(pipeline.stages());
  if (options.json) {
    nlohmann::json out = core::ToJson(core::Summarize(results));
    out.update(core::StagesToJson(core::StandingsOf(pipeline.stages()),
                                  core::ComparisonsOf(pipeline.stages())));
    const auto asked = core::CompareAsked(pipeline.stages());
    if (!asked.empty()) { out["compared"] = core::ToJson(asked); }
    PrintJson(out);
  } else {
    PrintTablesOf(pipeline.stages());
    PrintDirectories({directory}, results, completion);
    PrintBestOfLast(pipeline.stages(), evaluators.global);
  }
  return StatusOf(completion);
}

}  // namespace lode::cli

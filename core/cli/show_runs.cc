#include "core/cli/show_runs.h"

#include <cstdint>
#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/cli/command.h"
#include "core/cli/run_tables.h"
#include "core/cli/stage_report.h"
#include "core/cli/terminal.h"
#include "core/plugin/text.h"
#include "core/report/summary.h"
#include "core/run/kept_runs.h"
#include "core/search/failures.h"
#include "core/search/metric_index.h"

namespace lode::cli {
namespace {

constexpr std::size_t kReasonsInALine = 3;  // reasons per line

std::string Describe(const core::UnfinishedRun& run) {
  const core::Pipeline& pipeline = run.planned->search->pipeline;
  std::string line = core::TitleOf(*run.planned) + ": ";
  line += run.process     ? "running (process " + std::to_string(*run.process) + ")"
          : run.steps > 0 ? "unfinished"
                          : "not begun";
  line += ", " + std::to_string(run.steps) +
          (pipeline.budget.steps ? " of " + std::to_string(*pipeline.budget.steps) : "") + " steps";
  if (!run.failures.empty()) {
    line += ", " + core::FormatFailures(run.failure_count(), run.failures, kReasonsInALine);
  }
  if (run.best) {
    const std::size_t metric = core::MetricIndex(run.metrics, pipeline.reward.metric);
    line += ", best " + run.metrics[metric].name + " " +
            core::FormatMetric(run.metrics[metric], run.best->metrics[metric]) + " at step " +
            std::to_string(run.best->step) + ": " + run.best->architecture;
  }
  return line;
}

nlohmann::json ToJson(const core::UnfinishedRun& run) {
  nlohmann::json out{{"pipeline", run.planned->search->pipeline.name},
                     {"directory", run.planned->directory.string()},
                     {"seed", run.planned->seed},
                     {"steps", run.steps}};
  if (run.process) {
    out["process"] = *run.process;
  }
  if (!run.failures.empty()) {
    out["failures"] = run.failure_count();
    out["failure_reasons"] = core::FailuresToJson(run.failures);
  }
  if (run.best) {
    out["best"] = core::FrontToJson({*run.best}, run.metrics).front();
  }
  return out;
}

void Print(const std::vector<core::UnfinishedRun>& runs, const std::filesystem::path& directory) {
  bool waiting = false;
  if (!runs.empty()) {
    std::printf("not ended, and not in the tables above:\n");
  }
  for (const core::UnfinishedRun& run : runs) {
    std::printf("%s\n", Describe(run).c_str());
    waiting = waiting || !run.process;
  }
  if (waiting) {
    std::printf("to continue: lode resume %s\n", PrintableLine(directory.string()).c_str());
  }
}

void AppendArrays(nlohmann::json& out, const nlohmann::json& more) {
  for (const auto& [name, list] : more.items()) {
    nlohmann::json& all = out[name];
    all.insert(all.end(), list.begin(), list.end());
  }
}

void PrintJson(const std::vector<core::KeptRuns>& all) {
  std::vector<core::SearchResult> results;
  nlohmann::json rest{{"unfinished", nlohmann::json::array()}};
  for (const core::KeptRuns& kept : all) {
    results.insert(results.end(), kept.plan.results.begin(), kept.plan.results.end());
    for (const core::UnfinishedRun& run : kept.unfinished) {
      rest["unfinished"].push_back(ToJson(run));
    }
    for (const std::string& damage : kept.damages) {
      rest["damages"].push_back(damage);
    }
    if (kept.stages) {
      AppendArrays(rest, StagesToJson(kept.stages->stages));
    }
  }
  nlohmann::json out = core::ToJson(results);
  out.update(rest);
  std::printf("%s\n", core::FormatJson(out, 2).c_str());
}

void PrintText(const core::KeptRuns& kept) {
  if (kept.stages) {
    std::printf("%s", StageStates(kept.stages->stages).c_str());
  }
  PrintTables(kept.plan.results);
  if (kept.stages) {
    std::printf("%s", StageComparisons(kept.stages->stages).c_str());
  }
  Print(kept.unfinished, kept.directory);
}

// Prints the directories one after another, then a comparison of all their searches.
void PrintTexts(const std::vector<core::KeptRuns>& all) {
  std::vector<core::SearchResult> results;
  for (const core::KeptRuns& kept : all) {
    std::printf("%s%s:\n", &kept == &all.front() ? "" : "\n",
                PrintableLine(kept.directory.string()).c_str());
    PrintText(kept);
    results.insert(results.end(), kept.plan.results.begin(), kept.plan.results.end());
  }
  if (results.size() > 1) {
    std::printf("\nall of them: %s", core::FormatComparison(results, OutputWidth()).c_str());
  }
}

// An error in one of several directories does not hide the others.
std::vector<core::KeptRuns> LookAtAll(const std::vector<std::filesystem::path>& directories) {
  std::vector<core::KeptRuns> all;
  for (const std::filesystem::path& directory : directories) {
    try {
      all.push_back(core::LookAtRuns(directory, true));
    } catch (const std::exception& e) {
      if (directories.size() == 1) {
        throw;
      }
      core::KeptRuns damaged{directory};
      damaged.damages = {e.what()};
      all.push_back(std::move(damaged));
    }
  }
  return all;
}

}  // namespace

int ShowRuns(const std::vector<std::filesystem::path>& directories, bool json) {
  const std::vector<core::KeptRuns> all = LookAtAll(directories);
  if (json) {
    PrintJson(all);
  } else if (all.size() == 1) {
    PrintText(all.front());
  } else {
    PrintTexts(all);
  }
  int status = kDone;
  for (const core::KeptRuns& kept : all) {
    for (const std::string& damage : kept.damages) {
      std::fprintf(stderr, "lode: %s\n", PrintableText(damage).c_str());
      status = kUsage;
    }
  }
  return status;
}

}  // namespace lode::cli

#include "core/cli/show_runs.h"

#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/cli/jobs.h"
#include "core/cli/stages.h"
#include "core/cli/stored_runs.h"
#include "core/plugin/text.h"
#include "core/report/summary.h"
#include "core/search/metric_index.h"
#include "core/store/run_directory.h"
#include "core/store/run_lock.h"
#include "core/store/run_store.h"
#include "core/store/store_check.h"
#include "core/store/stored_run.h"

namespace lode::cli {
namespace {

constexpr std::size_t kReasonsInALine = 3;  // reasons, in a line

// A run that has not ended, as it is now.
struct Unfinished {
  const Job* job;
  std::optional<pid_t> process;  // that works on it
  std::uint64_t steps = 0;
  std::vector<core::MetricDeclaration> metrics{};
  std::optional<core::BestTrial> best{};
  std::vector<core::FailureKind> failures{};
};

Unfinished Look(const Job& job) {
  Unfinished run{&job, core::HolderOf(job.directory)};
  if (job.exists) {
    core::StoredRun stored(job.directory);
    run.steps = stored.trials();
    run.metrics = stored.metrics();
    RequireMetrics(job, run.metrics);
    run.best = stored.Best();
    run.failures = stored.Failures().Kinds();
  }
  return run;
}

std::uint64_t FailureCount(const Unfinished& run) {
  std::uint64_t count = 0;
  for (const core::FailureKind& kind : run.failures) {
    count += kind.count;
  }
  return count;
}

std::string Describe(const Unfinished& run) {
  const core::Pipeline& pipeline = run.job->search->pipeline;
  std::string line = TitleOf(*run.job) + ": ";
  line += run.process     ? "running (process " + std::to_string(*run.process) + ")"
          : run.steps > 0 ? "unfinished"
                          : "not begun";
  line += ", " + std::to_string(run.steps) +
          (pipeline.budget.steps ? " of " + std::to_string(*pipeline.budget.steps) : "") + " steps";
  if (!run.failures.empty()) {
    line += ", " + core::FormatFailures(FailureCount(run), run.failures, kReasonsInALine);
  }
  if (run.best) {
    const std::size_t metric = core::MetricIndex(run.metrics, pipeline.reward.metric);
    line += ", best " + run.metrics[metric].name + " " +
            core::FormatMetric(run.metrics[metric], run.best->metrics[metric]) + " at step " +
            std::to_string(run.best->step) + ": " + run.best->architecture;
  }
  return line;
}

nlohmann::json ToJson(const Unfinished& run) {
  nlohmann::json out{{"pipeline", run.job->search->pipeline.name},
                     {"directory", run.job->directory.string()},
                     {"seed", run.job->seed},
                     {"steps", run.steps}};
  if (run.process) {
    out["process"] = *run.process;
  }
  if (!run.failures.empty()) {
    out["failures"] = FailureCount(run);
    out["failure_reasons"] = core::FailuresToJson(run.failures);
  }
  if (run.best) {
    out["best"] = core::FrontToJson({*run.best}, run.metrics).front();
  }
  return out;
}

void Print(const std::vector<Unfinished>& runs, const std::filesystem::path& directory) {
  bool waiting = false;
  if (!runs.empty()) {
    std::printf("not ended, and in no table above:\n");
  }
  for (const Unfinished& run : runs) {
    std::printf("%s\n", Describe(run).c_str());
    waiting = waiting || !run.process;
  }
  if (waiting) {
    std::printf("to go on: lode resume %s\n", PrintableLine(directory.string()).c_str());
  }
}

}  // namespace

void ShowRuns(const std::filesystem::path& directory, bool json) {
  std::optional<SeenStages> stages;
  if (HoldsStages(directory)) {
    stages = LookAtStages(directory);
  }
  const bool none = stages && core::FindRuns(directory).empty();
  Plan plan = none ? Plan() : PlanOf(directory, {}, {}, Plugins::kNone);
  for (core::SearchResult& result : plan.results) {
    result.runs.clear();
  }
  std::vector<Unfinished> unfinished;
  for (const Job& job : plan.jobs) {
    if (job.exists) {
      core::RequireIntact(job.directory);
    }
    if (std::optional<JobResult> ended = Ended(job)) {
      job.result->metrics = std::move(ended->metrics);
      job.result->runs.push_back(std::move(ended->run));
    } else {
      unfinished.push_back(Look(job));
    }
  }
  std::erase_if(plan.results, [](const core::SearchResult& r) { return r.runs.empty(); });
  if (json) {
    nlohmann::json out = core::ToJson(plan.results);
    out["unfinished"] = nlohmann::json::array();
    for (const Unfinished& run : unfinished) {
      out["unfinished"].push_back(ToJson(run));
    }
    if (stages) {
      out.update(stages->json);
    }
    std::printf("%s\n", core::FormatJson(out, 2).c_str());
  } else {
    std::printf("%s", stages ? stages->states.c_str() : "");
    PrintTables(plan.results);
    std::printf("%s", stages ? stages->comparisons.c_str() : "");
    Print(unfinished, directory);
  }
}

}  // namespace lode::cli

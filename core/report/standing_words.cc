// Runs, bests and lists of pipelines in words.
#include <algorithm>
#include <chrono>
#include <ctime>

#include "core/plugin/text.h"
#include "core/report/result_words.h"
#include "core/report/search_words.h"
#include "core/report/shell_word.h"
#include "core/report/words.h"
#include "core/search/failures.h"
#include "core/search/metric_index.h"

namespace lode::core {
namespace {

constexpr std::size_t kReasonsInALine = 3;  // of failures

// Returns ", 3 failed: time-out (3)", or "".
std::string FailedPart(std::uint64_t failures, const std::vector<FailureKind>& kinds) {
  const std::string text = FormatFailures(failures, kinds, kReasonsInALine);
  return text.empty() ? "" : ", " + text;
}

// Returns "20 of 100", or "20" if the budget has no such limit.
std::string OutOfBudget(std::uint64_t steps, std::optional<std::uint64_t> limit) {
  return std::to_string(steps) + (limit ? " of " + std::to_string(*limit) : "");
}

std::string DescribeDirectory(const PipelineStanding& pipeline) {
  const std::string& damage = pipeline.damage;
  return pipeline.standing == Standing::kUnfinished
             ? ContinueLine(PrintableLine(ShellWord(pipeline.directory.string())))
         : damage.empty() ? ""
                          : "damaged: " + PrintableLine(damage) + "\n";
}

}  // namespace

std::string DescribeUnfinished(const UnfinishedRun& run) {
  const Pipeline& pipeline = run.search->pipeline;
  std::string line = run.title + ": " + StandingText(run.standing(), run.process) + ", " +
                     OutOfBudget(run.steps, pipeline.budget.steps) + " steps" +
                     StartMark(pipeline.start) + FailedPart(run.failures, run.failure_kinds);
  if (run.best) {
    const std::size_t metric = MetricIndex(run.metrics, pipeline.reward.metric);
    line += ", " + std::string(WordOf(pipeline.reward.result)) + " " +
            NamedMetric(run.metrics[metric], run.best->metrics[metric]) + " at step " +
            std::to_string(run.best->step) + ": " + run.best->architecture;
  }
  return line;
}

std::string DescribeEnded(const std::string& title, const RunResult& run,
                          const MetricDeclaration& metric, std::size_t reward_metric,
                          ResultRule rule) {
  std::string line = title + ": " + std::to_string(run.steps) + " steps, " +
                     std::to_string(run.unique_queries) + " " + QueryUnit(run.computed) + ", " +
                     Printed("%.2f s", run.seconds);
  if (run.warm_start) {
    line += ", warm start with " + std::to_string(run.warm_start->trials) + " known trials";
  }
  if (run.best) {
    line += ", " + std::string(WordOf(rule)) + " " +
            NamedMetric(metric, run.best->metrics[reward_metric]);
    line += run.best->measurements > 0 ? " (mean of " + std::to_string(run.best->measurements) + ")"
                                       : "";
    line += run.best->known ? " (known before)" : "";
  }
  line += FailedPart(run.failures, run.failure_kinds);
  return run.reason.empty() ? line : line + " (" + run.reason + ")";
}

std::string DescribeBest(const BestRun& best) {
  const std::string point = PointText(*best.result->search);
  return "best: " + NamedMetric(best.metric(), best.value()) + ", " + point +
         (point.empty() ? "" : " ") + "seed " + std::to_string(best.run->seed) + " at step " +
         std::to_string(best.run->best->step) +
         (best.run->best->known  ? ", known before the run"
          : best.run->warm_start ? ", after a warm start"
                                 : "");
}

std::string DescribeBests(const std::vector<PipelineStanding::Best>& bests) {
  std::string text;
  for (std::size_t i = 0; i < std::min(bests.size(), kShownBests); ++i) {
    text += (i > 0 ? ", " : "") + NamedMetric(bests[i].metric, bests[i].value);
  }
  return bests.empty() ? "-" : bests.size() > kShownBests ? text + ", ..." : text;
}

std::string TimeText(std::filesystem::file_time_type time) {
  const auto system = std::chrono::file_clock::to_sys(time);
  const std::time_t seconds = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(system));
  std::tm parts{};
  localtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts);
  return text;
}

TitledTable PipelinesTable(const std::vector<PipelineStanding>& pipelines) {
  using Align = WordTable::Align;
  WordTable table{{{"directory", Align::kLeft},
                   {"last change", Align::kLeft},
                   {"state", Align::kLeft},
                   {"runs"},
                   {"steps"},
                   {"best", Align::kLeft}}};
  std::string notes;
  for (const PipelineStanding& pipeline : pipelines) {
    const std::uint64_t planned = pipeline.planned_steps;
    table.rows.push_back(
        {PrintableLine(pipeline.directory.string()), TimeText(pipeline.changed),
         StandingText(pipeline.standing, pipeline.process),
         std::to_string(pipeline.ended) + " of " + std::to_string(pipeline.runs),
         OutOfBudget(pipeline.steps, planned > 0 ? std::optional(planned) : std::nullopt),
         DescribeBests(pipeline.bests) + (pipeline.has_warm_start ? " (warm start)" : "")});
    notes += DescribeDirectory(pipeline);
  }
  return {"", std::move(table), std::move(notes)};
}

}  // namespace lode::core

#include "core/report/render_json.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/report/result_words.h"
#include "core/report/shell_word.h"
#include "core/report/summary_json.h"
#include "core/report/words.h"
#include "core/store/result_json.h"

namespace lode::core {
namespace {

using nlohmann::json;

json RowToJson(const ComparisonRow& row) {
  json metrics = json::object();
  for (std::size_t i = 0; i < row.metrics.size(); ++i) {
    metrics[row.measured->metrics[i].name] = StatisticToJson(row.metrics[i]);
  }
  const SearchSummary& found = row.found;
  json out{{"ties", row.best.ties},
           {"point", PointToJson(found.search())},
           {"later_point", PointToJson(*row.measured->search)},
           {"optimizer", found.pipeline().optimizer.id},
           {"architecture", row.best.architecture},
           {"metric", found.metric().name},
           {"found", MetricToJson(found.metric(), row.best.metrics[found.reward_metric])},
           {"metrics", metrics}};
  if (const ReferenceConfig* published = row.Published()) {
    out["published"] = {
        {"label", published->label}, {"mean", published->mean}, {"std", published->std}};
  }
  return out;
}

json UnfinishedToJson(const UnfinishedRun& run) {
  json out{{"pipeline", run.search->pipeline.name},
           {"directory", run.directory.string()},
           {"seed", run.seed},
           {"steps", run.steps}};
  if (run.process) { out["process"] = *run.process; }
  if (run.search->pipeline.start.has_known_trials()) { out["has_warm_start"] = true; }
  if (!run.failure_kinds.empty()) {
    out["failures"] = run.failures;
    out["failure_reasons"] = FailuresToJson(run.failure_kinds);
  }
  if (run.best) { out["best"] = FrontToJson({*run.best}, run.metrics).front(); }
  return out;
}

json PipelineToJson(const PipelineStanding& pipeline) {
  json out{{"directory", pipeline.directory.string()},
           {"changed", TimeText(pipeline.changed)},
           {"state", StandingText(pipeline.standing, pipeline.process)},
           {"ended", pipeline.ended},
           {"runs", pipeline.runs},
           {"steps", pipeline.steps},
           {"best", json::array()}};
  for (const PipelineStanding::Best& best : pipeline.bests) {
    out["best"].push_back(NamedMetric(best.metric, best.value));
  }
  if (pipeline.standing == Standing::kUnfinished) {
    out["resume"] = ResumeCommand(ShellWord(pipeline.directory.string()));
  }
  if (pipeline.has_warm_start) { out["has_warm_start"] = true; }
  if (!pipeline.damage.empty()) { out["damage"] = pipeline.damage; }
  return out;
}

void AppendArrays(json& out, const json& more) {
  for (const auto& [name, list] : more.items()) {
    json& all = out.emplace(name, json::array()).first.value();
    all.insert(all.end(), list.begin(), list.end());
  }
}

}  // namespace

json ToJson(std::span<const SearchSummary> summaries) {
  json out{{"runs", json::array()}, {"summaries", json::array()}};
  for (const SearchSummary& summary : summaries) {
    for (const RunResult& run : summary.result->runs) {
      json j = ToJson(run, summary.result->metrics);
      j["pipeline"] = summary.pipeline().name;
      j["point"] = PointToJson(summary.search());
      out["runs"].push_back(j);
    }
    out["summaries"].push_back(SummaryToJson(summary));
  }
  if (summaries.size() == 1) { out["summary"] = out["summaries"][0]; }
  return out;
}

json ToJson(const std::vector<StageComparison>& comparisons) {
  json out = json::array();
  for (const StageComparison& comparison : comparisons) {
    json rows = json::array();
    std::ranges::transform(comparison.rows, std::back_inserter(rows), RowToJson);
    out.push_back({{"earlier", comparison.earlier}, {"later", comparison.later}, {"rows", rows}});
  }
  return out;
}

json StagesToJson(const std::vector<StageStanding>& stages,
                  const std::vector<StageComparison>& comparisons) {
  json list = json::array();
  for (const StageStanding& stage : stages) {
    list.push_back({{"name", stage.name},
                    {"directory", stage.directory.string()},
                    {"finished", stage.is_finished},
                    {"run", stage.was_run}});
    if (!stage.damage.empty()) { list.back()["damage"] = stage.damage; }
    if (stage.accuracy_env) { list.back()["accuracy_env"] = *stage.accuracy_env; }
    if (!stage.left_out.empty()) { list.back()["not_measured"] = stage.left_out; }
  }
  return {{"stages", std::move(list)}, {"comparisons", ToJson(comparisons)}};
}

json ToJson(const std::vector<DirectoryResults>& all) {
  std::vector<SearchSummary> searches;
  json rest{{"unfinished", json::array()}};
  for (const DirectoryResults& results : all) {
    std::ranges::copy(results.searches, std::back_inserter(searches));
    std::ranges::transform(results.unfinished, std::back_inserter(rest["unfinished"]),
                           UnfinishedToJson);
    for (const std::string& damage : results.damages) { rest["damages"].push_back(damage); }
    if (!results.stages.empty()) {
      AppendArrays(rest, StagesToJson(results.stages, results.comparisons));
    }
  }
  json out = ToJson(std::span<const SearchSummary>(searches));
  out.update(rest);
  return out;
}

json ToJson(const std::vector<PipelineStanding>& pipelines) {
  json out = json::array();
  std::ranges::transform(pipelines, std::back_inserter(out), PipelineToJson);
  return out;
}

}  // namespace lode::core

#include "core/report/render_csv.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/report/csv_table.h"
#include "core/report/words.h"
#include "core/store/result_json.h"

namespace lode::core {
namespace {

// Returns the name of a column that the user named, changed if it equals one of ours.
std::string OwnName(std::string_view kind, const std::string& name) {
  constexpr std::string_view kOurs[] = {
      "pipeline",    "space",    "oracle",     "optimizer",         "stage",
      "seed",        "status",   "steps",      "unique_queries",    "full_evaluations",
      "evaluations", "failures", "rejections", "simulated_seconds", "best_step",
      "fidelity",    "reward",   "directory",  "architecture",      "known_trials",
      "best_known",  "was_known"};
  const bool is_taken = std::ranges::find(kOurs, name) != std::end(kOurs);
  return is_taken ? std::string(kind) + "." + name : name;
}

class RunsCsv {
 public:
  RunsCsv(const std::vector<RunRow>& rows, bool has_stages) {
    AddColumns(rows, has_stages);
    std::ranges::for_each(rows, [this](const RunRow& row) { AddRow(row); });
  }

  std::string Text() const { return table_.Text(); }

 private:
  void AddColumns(const std::vector<RunRow>& rows, bool has_stages) {
    AddColumns({"pipeline", "space", "oracle", "optimizer"});
    if (has_stages) { table_.AddColumn("stage"); }
    for (const RunRow& row : rows) {
      for (const auto& [path, value] : row.search->point) {
        table_.AddColumn(OwnName("grid", path));
      }
    }
    AddColumns({"seed", "status", "steps", "unique_queries", "failures", "rejections",
                "simulated_seconds", "best_step", "reward"});
    AddMetrics<const RunResult*>(rows);
    AddMetrics<const UnfinishedRun*>(rows);
    AddColumns({"architecture", "directory"});
  }

  void AddColumns(std::initializer_list<const char*> names) {
    for (const char* name : names) { table_.AddColumn(name); }
  }

  // Adds the metrics of runs in the state.
  template <class State>
  void AddMetrics(const std::vector<RunRow>& rows) {
    for (const RunRow& row : rows) {
      if (std::holds_alternative<State>(row.state)) {
        for (const MetricDeclaration& metric : row.metrics) {
          table_.AddColumn(OwnName("metric", metric.name));
        }
      }
    }
  }

  void AddRow(const RunRow& row) {
    if (const auto* ended = std::get_if<const RunResult*>(&row.state)) {
      SetIdentity(row);
      SetEnded(**ended);
      SetBest((*ended)->best, row.metrics);
    } else if (const auto* unfinished = std::get_if<const UnfinishedRun*>(&row.state)) {
      SetIdentity(row);
      SetUnfinished(**unfinished);
      SetBest((*unfinished)->best, row.metrics);
    }
  }

  void SetIdentity(const RunRow& row) {
    const Pipeline& pipeline = row.search->pipeline;
    std::string oracles;
    for (const ComponentConfig& oracle : pipeline.oracles) {
      oracles += (oracles.empty() ? "" : "+") + oracle.id;
    }
    table_.BeginRow();
    table_.Set("pipeline", pipeline.name);
    table_.Set("space", pipeline.space.id);
    table_.Set("oracle", oracles);
    table_.Set("optimizer", pipeline.optimizer.id);
    if (!row.stage.empty()) { table_.Set("stage", row.stage); }
    for (const auto& [path, value] : row.search->point) {
      table_.Set(OwnName("grid", path), value);
    }
    table_.Set("seed", std::to_string(row.seed));
    table_.Set("directory", row.directory.string());
  }

  void SetEnded(const RunResult& run) {
    table_.Set("status", std::string(EndingName(run.ending)));
    table_.Set("steps", std::to_string(run.steps));
    table_.Set("unique_queries", std::to_string(run.queries()));
    if (run.full_evaluations) {
      table_.Set("full_evaluations", FormatValue(*run.full_evaluations));
      table_.Set("fidelity", run.best ? FormatValue(run.best->fidelity) : "");
    }
    if (run.evaluations > 0) {
      table_.Set("evaluations", std::to_string(run.evaluations + run.confirmations));
    }
    if (run.warm_start) {
      table_.Set("known_trials", std::to_string(run.warm_start->trials));
      table_.Set("best_known",
                 run.warm_start->best ? FormatValue(run.warm_start->best->reward) : "");
      table_.Set("was_known", run.best && run.best->known ? "true" : "false");
    }
    table_.Set("failures", std::to_string(run.failures));
    table_.Set("rejections", std::to_string(run.rejections));
    table_.Set("simulated_seconds", FormatValue(run.cost_seconds));
  }

  // To a table, a run that has not begun is unfinished, too.
  void SetUnfinished(const UnfinishedRun& run) {
    const Standing standing = run.process ? Standing::kRunning : Standing::kUnfinished;
    table_.Set("status", std::string(StandingName(standing)));
    table_.Set("steps", std::to_string(run.steps));
    table_.Set("failures", std::to_string(run.failures));
  }

  void SetBest(const std::optional<BestTrial>& best, std::span<const MetricDeclaration> metrics) {
    if (!best) { return; }
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

  CsvTable table_;
};

}  // namespace

std::string FormatCsv(const std::vector<RunRow>& rows, bool has_stages) {
  return RunsCsv(rows, has_stages).Text();
}

}  // namespace lode::core

#include "core/run/stage_files.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/plugin/durable_file.h"
#include "core/report/csv_table.h"
#include "core/search/search_result.h"
#include "core/store/result_json.h"
#include "core/store/stage_record.h"
#include "core/store/stored_run.h"

namespace lode::core {
namespace {

// Returns the runs that found something; of equal ones, the earlier first.
std::vector<const RunResult*> BestFirst(const std::vector<RunResult>& runs) {
  std::vector<const RunResult*> found;
  for (const RunResult& run : runs) {
    if (run.best) { found.push_back(&run); }
  }
  std::ranges::stable_sort(found, std::greater<>(),
                           [](const RunResult* run) { return run->best->reward; });
  return found;
}

std::string BestLines(const SearchResult& result) {
  const std::size_t metric = RewardMetricIndex(result);
  const std::string values = PointText(*result.search);
  std::string lines;
  for (const RunResult* run : BestFirst(result.runs)) {
    lines += run->best->architecture + "\t" + values + "\t" + std::to_string(run->seed) + "\t" +
             MetricToJson(result.metrics[metric], run->best->metrics[metric]).dump() + "\n";
  }
  return lines;
}

void AddTrials(const PlannedRun& run, CsvTable& table) {
  StoredRun stored(run.directory);
  const std::vector<MetricDeclaration>& metrics = stored.metrics();
  const std::string seed = std::to_string(run.seed), point = PointText(*run.search);
  stored.ForEachTold([&](const TrialRecord& trial, const TrialCost&) {
    if (!trial.failure.empty() || trial.fidelity != 1 || trial.reused) { return; }
    table.BeginRow();
    table.Set("architecture", std::string(trial.architecture));
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      table.Set(metrics[i].name, MetricToJson(metrics[i], trial.metrics[i]).dump());
    }
    table.Set("seed", seed);
    table.Set("point", point);
  });
}

}  // namespace

void WriteStageFiles(const StageRun& stage) {
  std::string best;
  for (const SearchResult& result : stage.plan.results) { best += BestLines(result); }
  WriteFile(stage.directory / kBestFile, best);
  CsvTable trials;
  trials.AddColumn("architecture");
  for (const PlannedRun& run : stage.plan.runs) { AddTrials(run, trials); }
  WriteFile(stage.directory / kTrialsFile, trials.Text());
}

void MendStageFiles(const StageRun& stage, RunListener& listener) {
  const auto record = ReadStageRecord(stage.directory);
  if (!record) { return; }
  const std::vector<std::string> changed = ChangedOutputs(*record, stage.directory);
  for (const std::string& name : changed) {
    listener.OnWarning({RunWarning::Kind::kNotice,
                        (stage.directory / name).string() + ": was damaged, written again"});
  }
  if (!changed.empty()) { WriteStageFiles(stage); }
}

}  // namespace lode::core

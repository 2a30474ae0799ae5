#include "core/run/best_file.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/plugin/durable_file.h"
#include "core/search/search_result.h"
#include "core/store/result_json.h"
#include "core/store/stage_record.h"

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

}  // namespace

void WriteBestFile(const StageRun& stage) {
  std::string text;
  for (const SearchResult& result : stage.plan.results) { text += BestLines(result); }
  WriteFile(stage.directory / kBestFile, text);
}

void MendBestFile(const StageRun& stage, RunListener& listener) {
  const auto record = ReadStageRecord(stage.directory);
  if (record && !ChangedOutputs(*record, stage.directory).empty()) {
    listener.OnWarning({RunWarning::Kind::kNotice,
                        (stage.directory / kBestFile).string() + ": was damaged, written again"});
    WriteBestFile(stage);
  }
}

}  // namespace lode::core

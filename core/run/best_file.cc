#include "core/run/best_file.h"

#include <nlohmann/json.hpp>
#include <string>

#include "core/plugin/durable_file.h"
#include "core/search/search_result.h"
#include "core/store/result_json.h"
#include "core/store/stage_record.h"

namespace lode::core {
namespace {

std::string BestLines(const SearchResult& result) {
  const std::size_t metric = RewardMetricIndex(result);
  const std::string values = PointText(*result.search);
  std::string lines;
  for (const RunResult& run : result.runs) {
    if (run.best) {
      lines += run.best->architecture + "\t" + values + "\t" + std::to_string(run.seed) + "\t" +
               MetricToJson(result.metrics[metric], run.best->metrics[metric]).dump() + "\n";
    }
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

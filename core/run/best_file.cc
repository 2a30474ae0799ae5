#include "core/run/best_file.h"

#include <nlohmann/json.hpp>
#include <string>

#include "core/plugin/durable_file.h"
#include "core/search/metric_index.h"
#include "core/store/result_json.h"
#include "core/store/stage_record.h"

namespace lode::core {
namespace {

// "cifar10 0.1"
std::string ValuesOf(const Search& search) {
  std::string values;
  for (const auto& [path, value] : search.point) {
    values += (values.empty() ? "" : " ") + value;
  }
  return values;
}

std::string BestLines(const SearchResult& result) {
  const std::size_t metric = MetricIndex(result.metrics, result.search->pipeline.reward.metric);
  const std::string values = ValuesOf(*result.search);
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
  for (const SearchResult& result : stage.plan.results) {
    text += BestLines(result);
  }
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

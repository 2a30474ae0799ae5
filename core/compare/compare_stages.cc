#include "core/compare/compare_stages.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/compare/compare_runs.h"
#include "core/compare/given_runs.h"
#include "core/compare/render_comparison.h"
#include "core/plugin/error.h"

namespace lode::core {
namespace {

// Returns the stages that `asking` names and that have finished, then itself.
std::vector<GivenDirectory> GivenStages(const StageRun& asking, const std::list<StageRun>& stages) {
  const auto& names = asking.stage.searches.front().pipeline.compare_with;
  std::vector<GivenDirectory> given;
  for (const StageRun& stage : stages) {
    const bool is_named = std::ranges::find(names, stage.stage.name) != names.end();
    if (stage.finished && is_named) { given.push_back({stage.stage.name, stage.directory}); }
  }
  if (!given.empty()) { given.push_back({asking.stage.name, asking.directory}); }
  return given;
}

AskedComparison CompareGiven(const std::string& stage, std::vector<GivenDirectory> given) {
  AskedComparison asked{.stage = stage};
  try {
    asked.comparison = CompareRuns(GivenRuns(std::move(given)), {});
  } catch (const HostError& e) { asked.fault = e.what(); }
  return asked;
}

}  // namespace

std::vector<AskedComparison> CompareAsked(const std::list<StageRun>& stages) {
  std::vector<AskedComparison> comparisons;
  for (const StageRun& stage : stages) {
    auto given = stage.finished ? GivenStages(stage, stages) : std::vector<GivenDirectory>();
    if (!given.empty()) { comparisons.push_back(CompareGiven(stage.stage.name, std::move(given))); }
  }
  return comparisons;
}

std::string FormatAsked(const std::vector<AskedComparison>& asked, std::size_t width) {
  std::string text;
  for (const AskedComparison& one : asked) {
    text += one.comparison ? ComparisonText(*one.comparison, width)
                           : "stage " + one.stage + ": not compared: " + one.fault + "\n";
    text += "\n";
  }
  return text;
}

nlohmann::json ToJson(const std::vector<AskedComparison>& asked) {
  nlohmann::json list = nlohmann::json::array();
  for (const AskedComparison& one : asked) {
    nlohmann::json out{{"stage", one.stage}};
    if (one.comparison) {
      out.update(ComparisonToJson(*one.comparison));
    } else {
      out["fault"] = one.fault;
    }
    list.push_back(std::move(out));
  }
  return list;
}

}  // namespace lode::core

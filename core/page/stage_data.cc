#include "core/page/stage_data.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "core/compare/compare_stages.h"
#include "core/compare/comparison_words.h"
#include "core/page/table_json.h"
#include "core/report/render_json.h"
#include "core/report/result_words.h"
#include "core/run/run_results.h"

namespace lode::core {
namespace {

using nlohmann::json;

json TablesOf(const std::vector<StageStanding>& standings,
              const std::vector<StageComparison>& comparisons) {
  json tables = json::array();
  for (const auto& table : {SupernetsTable(standings), LeftOutTable(standings)}) {
    if (table) { tables.push_back(TableToJson(*table)); }
  }
  for (const StageComparison& comparison : comparisons) {
    tables.push_back(TableToJson(StagesTable(comparison)));
  }
  return tables;
}

json AskedToJson(const std::vector<AskedComparison>& asked) {
  json all = json::array();
  for (const AskedComparison& one : asked) {
    json out{{"stage", one.stage}};
    if (one.comparison) {
      out["sections"] = SectionsToJson(SectionsOf(*one.comparison));
    } else {
      out["fault"] = one.fault;
    }
    all.push_back(std::move(out));
  }
  return all;
}

json StagesOf(const StoredRuns& stored) {
  const std::vector<StageStanding> standings = StandingsOf(stored.stages->stages);
  const std::vector<StageComparison> comparisons = ComparisonsOf(stored.stages->stages);
  const std::vector<AskedComparison> asked = CompareAsked(stored.stages->stages);
  json numbers = StagesToJson(standings, comparisons);
  numbers["compared"] = ToJson(asked);
  return {{"directory", stored.directory.string()},
          {"words", DescribeStages(standings)},
          {"tables", TablesOf(standings, comparisons)},
          {"compared", AskedToJson(asked)},
          {"numbers", std::move(numbers)}};
}

}  // namespace

json StageData(const GivenRuns& given) {
  json all = json::array();
  for (const StoredRuns& stored : given.stored()) {
    if (stored.stages) { all.push_back(StagesOf(stored)); }
  }
  return all;
}

}  // namespace lode::core

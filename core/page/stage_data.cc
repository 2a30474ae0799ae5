#include "core/page/stage_data.h"

#include <algorithm>
#include <iterator>
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

std::vector<TitledTable> TablesOf(const std::vector<StageStanding>& standings,
                                  const std::vector<StageComparison>& comparisons) {
  std::vector<TitledTable> tables;
  for (const auto& table : {SupernetsTable(standings), LeftOutTable(standings)}) {
    if (table) { tables.push_back(*table); }
  }
  std::ranges::transform(comparisons, std::back_inserter(tables), StagesTable);
  return tables;
}

json TablesToJson(const std::vector<TitledTable>& tables) {
  json all = json::array();
  std::ranges::transform(tables, std::back_inserter(all), TableToJson);
  return all;
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
          {"tables", TablesToJson(TablesOf(standings, comparisons))},
          {"compared", AskedToJson(asked)},
          {"numbers", std::move(numbers)}};
}

}  // namespace

std::vector<TitledTable> StageTables(const StoredRuns& stored) {
  if (!stored.stages) { return {}; }
  return TablesOf(StandingsOf(stored.stages->stages), ComparisonsOf(stored.stages->stages));
}

json StageData(const GivenRuns& given) {
  json all = json::array();
  for (const StoredRuns& stored : given.stored()) {
    if (stored.stages) { all.push_back(StagesOf(stored)); }
  }
  return all;
}

}  // namespace lode::core

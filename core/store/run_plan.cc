#include "core/store/run_plan.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/plugin/error.h"
#include "core/store/run_directory.h"
#include "core/store/sealed_json.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json SearchToJson(const PlannedSearch& search) {
  return {{"directory", search.directory.string()},
          {"point", search.point},
          {"pipeline", search.pipeline},
          {"seeds", search.seeds}};
}

PlannedSearch FromJson(const json& j) {
  return {j.at("directory").get<std::string>(), j.at("point"), j.at("pipeline"), j.at("seeds")};
}

// Adds the seeds that were planned before for the same directory.
PlannedSearch Join(PlannedSearch search, const PlannedSearch& before) {
  std::set<std::uint64_t> seeds(before.seeds.begin(), before.seeds.end());
  seeds.insert(search.seeds.begin(), search.seeds.end());
  search.seeds.assign(seeds.begin(), seeds.end());
  return search;
}

}  // namespace

RunPlan ReadPlan(const fs::path& directory) {
  const fs::path file = directory / kPlanFile;
  RunPlan plan;
  if (!fs::exists(file)) { return plan; }
  try {
    const json kept = ReadSealedJson(ReadFile(file), file.string());
    for (const json& search : kept.at("searches")) { plan.push_back(FromJson(search)); }
  } catch (const json::exception& e) { throw HostError(file.string() + ": " + e.what()); }
  return plan;
}

void AddToPlan(const fs::path& directory, const RunPlan& searches) {
  RunPlan plan = ReadPlan(directory);
  std::map<fs::path, std::size_t> places;
  for (std::size_t i = 0; i < plan.size(); ++i) { places.emplace(plan[i].directory, i); }
  for (const PlannedSearch& search : searches) {
    const auto [at, is_new] = places.try_emplace(search.directory, plan.size());
    if (is_new) {
      plan.push_back(search);
    } else {
      plan[at->second] = Join(search, plan[at->second]);
    }
  }
  json list = json::array();
  std::ranges::transform(plan, std::back_inserter(list), SearchToJson);
  WriteFile(directory / kPlanFile, SealJson({{"searches", list}}));
}

}  // namespace lode::core

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

std::string FormatPlan(const RunPlan& plan) {
  json list = json::array();
  std::ranges::transform(plan, std::back_inserter(list), SearchToJson);
  return SealJson({{"searches", list}});
}

RunPlan ParsePlan(const std::string& text, const std::string& file) {
  RunPlan plan;
  try {
    const json sealed = ReadSealedJson(text, file);
    for (const json& search : sealed.at("searches")) { plan.push_back(FromJson(search)); }
  } catch (const json::exception& e) { throw HostError(file + ": " + e.what()); }
  return plan;
}

RunPlan ReadPlan(const fs::path& directory) {
  const fs::path file = directory / kPlanFile;
  return fs::exists(file) ? ParsePlan(ReadFile(file), file.string()) : RunPlan();
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
  WriteFile(directory / kPlanFile, FormatPlan(plan));
}

void RemoveFromPlan(const fs::path& directory, const fs::path& root) {
  RunPlan plan = ReadPlan(directory);
  const std::size_t removed = std::erase_if(plan, [&](const PlannedSearch& search) {
    const fs::path& runs = search.directory;
    return (search.point.empty() ? runs : runs.parent_path()) == root;
  });
  if (removed > 0) { WriteFile(directory / kPlanFile, FormatPlan(plan)); }
}

}  // namespace lode::core

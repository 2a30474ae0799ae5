#include "core/page/recorded.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/compare/statistics.h"
#include "core/plugin/text.h"
#include "core/store/database.h"
#include "core/store/run_store.h"

namespace lode::core {
namespace {

using nlohmann::json;

constexpr std::uint64_t kIntervals = 200;

struct Mean {
  double sum = 0, count = 0;
};
using ByInterval = std::map<std::uint64_t, Mean>;
using ByName = std::map<std::string, std::vector<ByInterval>>;  // for each seed

std::uint64_t LongestOf(const GivenSearch& search) {
  std::uint64_t steps = 1;
  for (const RunResult& run : search.result->runs) { steps = std::max(steps, run.steps); }
  return steps;
}

void Read(const std::filesystem::path& directory, std::uint64_t width, std::size_t seed,
          std::size_t seeds, ByName& all) {
  Database database(directory / kStoreFile, Database::Access::kRead);
  Statement rows(database,
                 "SELECT name, step / ?1, sum(value), count(value) FROM record WHERE value IS NOT "
                 "NULL GROUP BY name, step / ?1");
  rows.Bind(1, width);
  while (rows.Next()) {
    auto& of = all.try_emplace(PrintableLine(rows.Text(0)), seeds).first->second;
    of[seed][rows.Integer(1)] = {rows.Real(2), rows.Real(3)};
  }
}

json QuartilesToJson(const std::string& name, const std::vector<ByInterval>& seeds,
                     std::uint64_t width) {
  std::map<std::uint64_t, std::vector<double>> values;
  for (const ByInterval& seed : seeds) {
    for (const auto& [interval, mean] : seed) { values[interval].push_back(mean.sum / mean.count); }
  }
  json out{{"name", name},           {"at", json::array()},
           {"lower", json::array()}, {"median", json::array()},
           {"upper", json::array()}, {"seeds", seeds.size()}};
  for (const auto& [interval, all] : values) {
    const Quartiles quartiles = QuartilesOf(all);
    out["at"].push_back(interval * width);
    out["lower"].push_back(quartiles.lower);
    out["median"].push_back(quartiles.median);
    out["upper"].push_back(quartiles.upper);
  }
  return out;
}

bool HasTiming(Database& database) {
  return Statement(database, "SELECT 1 FROM sqlite_master WHERE name = 'timing'").Next();
}

}  // namespace

json RecordedData(const GivenSearch& search) {
  const std::uint64_t width = std::max<std::uint64_t>(1, LongestOf(search) / kIntervals);
  ByName all;
  for (std::size_t i = 0; i < search.directories.size(); ++i) {
    Read(search.directories[i], width, i, search.directories.size(), all);
  }
  json out = json::array();
  for (const auto& [name, seeds] : all) { out.push_back(QuartilesToJson(name, seeds, width)); }
  return out;
}

json TimeData(const GivenSearch& search) {
  json out = json::array();
  for (std::size_t i = 0; i < search.directories.size(); ++i) {
    const RunResult& run = search.result->runs[i];
    json one{{"seed", run.seed},
             {"seconds", run.seconds},
             {"evaluating", 0.0},
             {"evaluations", 0},
             {"workers", 0}};
    Database database(search.directories[i] / kStoreFile, Database::Access::kRead);
    if (HasTiming(database)) {
      Statement sum(database,
                    "SELECT coalesce(sum(seconds), 0), count(*), count(DISTINCT worker || host) "
                    "FROM timing");
      sum.Next();
      one["evaluating"] = sum.Real(0);
      one["evaluations"] = sum.Integer(1);
      one["workers"] = sum.Integer(2);
    }
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace lode::core

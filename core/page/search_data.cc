#include "core/page/search_data.h"

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/compare/comparison_words.h"
#include "core/compare/read_curve.h"
#include "core/page/band.h"
#include "core/page/known_space.h"
#include "core/page/recorded.h"
#include "core/page/table_json.h"
#include "core/page/wall_curve.h"
#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/report/result_words.h"
#include "core/report/search_words.h"
#include "core/report/shell_word.h"
#include "core/report/words.h"
#include "core/store/result_json.h"
#include "core/store/run_directory.h"
#include "core/store/sealed_json.h"
#include "core/store/stored_run.h"

namespace lode::core {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::size_t kDrawnArchitectures = 3;

json MetricToJson(const MetricDeclaration& metric) {
  return {{"name", metric.name},
          {"unit", metric.unit},
          {"text", DescribeMetric(metric)},
          {"decimals", DecimalsOf(metric)},
          {"minimize", metric.direction == LODE_MINIMIZE},
          {"optimum", metric.optimum ? json(*metric.optimum) : json()}};
}

json BandToJson(const Band& band) {
  return {{"at", band.at},
          {"lower", band.lower},
          {"median", band.median},
          {"upper", band.upper},
          {"seeds", band.seeds}};
}

// The curves of a search's runs on one axis; empty if a run cannot be counted so.
std::vector<Curve> CurvesOn(Axis axis, const GivenSearch& search, std::size_t metric) {
  std::vector<Curve> curves;
  try {
    for (std::size_t i = 0; i < search.directories.size(); ++i) {
      curves.push_back(ReadCurve(search.directories[i], search.result->runs[i], search.pipeline(),
                                 metric, axis));
    }
  } catch (const HostError&) { return {}; }
  return curves;
}

std::vector<Curve> WallCurves(const std::vector<Curve>& by_steps, const GivenSearch& search) {
  std::vector<Curve> curves;
  for (std::size_t i = 0; i < by_steps.size(); ++i) {
    std::optional<Curve> curve = InWallTime(by_steps[i], search.directories[i]);
    if (!curve) { return {}; }
    curves.push_back(std::move(*curve));
  }
  return curves;
}

// Returns the bands by axis, of those that the search has.
json CurvesToJson(const GivenSearch& search, const SearchSummary& summary) {
  json all = json::object();
  const auto add = [&](std::string_view name, const std::vector<Curve>& curves) {
    const Band band = BandOf(curves);
    if (!band.at.empty()) { all[std::string(name)] = BandToJson(band); }
  };
  const auto on = [&](Axis axis) { return CurvesOn(axis, search, summary.reward_metric); };
  const std::vector<Curve> by_steps = on(Axis::kSteps);
  add(WordOf(Axis::kSteps), by_steps);
  add(WordOf(Axis::kUniqueQueries), on(Axis::kUniqueQueries));
  if (summary.has_fidelities) { add(WordOf(Axis::kFullEvaluations), on(Axis::kFullEvaluations)); }
  if (summary.has_costs) { add(WordOf(Axis::kSimulatedSeconds), on(Axis::kSimulatedSeconds)); }
  add("wall_seconds", WallCurves(by_steps, search));
  return all;
}

// A best architecture, with the seeds that found it.
struct Found {
  const BestTrial* best;
  std::vector<std::uint64_t> seeds;
};

// Returns the bests of the runs, the best reward first, each architecture once.
std::vector<Found> FoundBy(const SearchResult& result) {
  std::vector<Found> all;
  for (const RunResult& run : result.runs) {
    if (!run.best) { continue; }
    const auto at = std::ranges::find_if(all, [&](const Found& found) {
      return found.best->architecture == run.best->architecture;
    });
    if (at == all.end()) {
      all.push_back({&*run.best, {run.seed}});
    } else {
      at->seeds.push_back(run.seed);
    }
  }
  std::ranges::stable_sort(all, [](const Found& a, const Found& b) {
    return std::pair(a.best->fidelity, a.best->reward) >
           std::pair(b.best->fidelity, b.best->reward);
  });
  return all;
}

json FoundToJson(const Found& found, const SearchSummary& summary, const KnownSpace* space) {
  const std::vector<MetricDeclaration>& metrics = summary.result->metrics;
  json out = FrontToJson({*found.best}, metrics).front();
  out["seeds"] = found.seeds;
  json words = json::array();
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    words.push_back({{"name", metrics[i].name},
                     {"text", FormatMetric(metrics[i], found.best->metrics[i])},
                     {"about", DescribeMetric(metrics[i])}});
  }
  out["words"] = words;
  out["svg"] = space != nullptr ? space->Draw(found.best->architecture) : "";
  return out;
}

json BestToJson(const SearchSummary& summary, const KnownSpace* space) {
  json all = json::array();
  for (const Found& found : FoundBy(*summary.result)) {
    if (all.size() == kDrawnArchitectures) { break; }
    all.push_back(FoundToJson(found, summary, space));
  }
  return all;
}

// The machines that evaluated, with the number of evaluations of each.
json MachinesOf(const GivenSearch& search) {
  std::map<std::string, std::uint64_t> machines;
  for (const fs::path& directory : search.directories) {
    Database database(directory / "run.db", Database::Access::kRead);
    Statement has(database, "SELECT 1 FROM sqlite_master WHERE name = 'timing'");
    if (!has.Next()) { continue; }
    Statement rows(database, "SELECT host, count(*) FROM timing GROUP BY host");
    while (rows.Next()) { machines[PrintableLine(rows.Text(0))] += rows.Integer(1); }
  }
  json out = json::array();
  for (const auto& [name, count] : machines) {
    out.push_back({{"name", name.empty() ? "unknown" : name}, {"evaluations", count}});
  }
  return out;
}

json VersionsOf(const fs::path& run) {
  const fs::path file = run / kVersionsFile;
  try {
    json versions = UnsealJson(ReadFile(file), file.string()).object;
    versions.erase("checksum");
    return versions;
  } catch (const HostError&) { return json::object(); }
}

// The commands that repeat the runs and show where each number comes from.
json CommandsOf(const GivenSearch& search) {
  json all = json::array();
  for (std::size_t i = 0; i < search.directories.size(); ++i) {
    const std::string directory = search.directories[i].string();
    all.push_back(
        {{"seed", search.result->runs[i].seed},
         {"directory", directory},
         {"run", "lode run " + ShellWord((search.directories[i] / kPipelineFile).string())},
         {"show", "lode show --json " + ShellWord(directory)}});
  }
  return all;
}

std::unique_ptr<KnownSpace> SpaceOf(const GivenSearch& search, const std::vector<fs::path>& plugins,
                                    std::string& missing) {
  try {
    return std::make_unique<KnownSpace>(search.directories.front(), plugins);
  } catch (const std::exception& e) {
    missing = e.what();
    return nullptr;
  }
}

}  // namespace

json SearchData(const GivenSearch& search, const SearchSummary& summary,
                const std::vector<fs::path>& plugins, const TrialBounds& bounds) {
  std::string missing;
  const std::unique_ptr<KnownSpace> space = SpaceOf(search, plugins, missing);
  const fs::path& first = search.directories.front();
  return {{"name", summary.pipeline().name},
          {"point", PointText(summary.search())},
          {"description", summary.pipeline().description},
          {"about", DescribeSearch(summary)},
          {"budget", DescribeBudget(summary)},
          {"axis", WordOf(AxisOf(summary.pipeline().budget))},
          {"runs", TableToJson(RunsTable(summary))},
          {"endings", DescribeEndings(summary)},
          {"metric", MetricToJson(summary.metric())},
          {"optimum", summary.optimum ? json(*summary.optimum) : json()},
          {"curves", CurvesToJson(search, summary)},
          {"trials", TrialData(SearchTrials(search), summary, space.get(), bounds)},
          {"recorded", RecordedData(search)},
          {"time", TimeData(search)},
          {"failures", FailuresToJson(summary.failure_kinds)},
          {"failed", summary.failures},
          {"best", BestToJson(summary, space.get())},
          {"no_pictures", missing},
          {"pipeline", ReadFile(first / kPipelineFile)},
          {"versions", VersionsOf(first)},
          {"machines", MachinesOf(search)},
          {"commands", CommandsOf(search)}};
}

}  // namespace lode::core

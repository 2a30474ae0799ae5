#include "core/report/stage_comparison.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/report/best_runs.h"
#include "core/report/points.h"
#include "core/search/metric_index.h"
#include "core/store/stored_run.h"

namespace lode::core {
namespace {

using Rows = std::vector<std::vector<double>>;  // of metrics

// For each architecture, a row of metrics from each run that measured it.
using Measured = std::map<std::string, Rows>;

// Returns the best of all runs with its ties in all of them, of which last trials have none;
// nothing if no run found one. `runs` are their directories.
std::optional<BestTrial> BestWithTies(const SearchResult& result,
                                      const std::vector<std::filesystem::path>& runs) {
  const RunResult* run = BestRunOf(result);
  if (run == nullptr) { return std::nullopt; }
  BestTrial best = *run->best;
  if (result.search->pipeline.reward.takes_last()) {
    best.ties = 0;
    return best;
  }
  std::set<std::string> equal;
  for (const std::filesystem::path& directory : runs) {
    equal.merge(StoredRun(directory).ArchitecturesOf(best.reward));
  }
  equal.erase(best.architecture);
  best.ties = std::min<std::uint64_t>(equal.size(), kMaxTies);
  return best;
}

// Returns a statistic for each metric. REQUIRES: rows.
std::vector<Statistic> StatisticsOf(const Rows& rows) {
  std::vector<Statistic> statistics;
  for (std::size_t metric = 0; metric < rows.front().size(); ++metric) {
    std::vector<double> values;
    std::ranges::transform(rows, std::back_inserter(values),
                           [&](const auto& row) { return row[metric]; });
    statistics.push_back(StatisticOf(values));
  }
  return statistics;
}

// Adds the mean of all measurements by the run of each wanted architecture.
void ReadMeasured(const std::filesystem::path& run, Measured& wanted) {
  StoredRun stored(run);
  Measured found;
  for (std::uint64_t step = 0; step < stored.trials(); ++step) {
    const TrialRecord trial = stored.Trial(step);
    const std::string architecture(trial.architecture);
    if (trial.failure.empty() && wanted.contains(architecture)) {
      found[architecture].emplace_back(trial.metrics.begin(), trial.metrics.end());
    }
  }
  for (const auto& [architecture, rows] : found) {
    auto& means = wanted[architecture].emplace_back();
    std::ranges::transform(StatisticsOf(rows), std::back_inserter(means), &Statistic::mean);
  }
}

std::vector<ComparisonRow> RowsOf(const SearchedStage& earlier, const SearchedStage& later) {
  Measured none;
  for (const SearchResult& result : *earlier.results) {
    if (const RunResult* run = BestRunOf(result)) { none[run->best->architecture]; }
  }
  std::vector<Measured> measured(later.results->size(), none);
  for (std::size_t i = 0; i < measured.size(); ++i) {
    std::ranges::for_each(later.runs[i], [&](const auto& run) { ReadMeasured(run, measured[i]); });
  }
  std::vector<ComparisonRow> rows;
  for (std::size_t search = 0; search < earlier.results->size(); ++search) {
    const SearchResult& result = (*earlier.results)[search];
    const auto best = BestWithTies(result, earlier.runs[search]);
    for (std::size_t i = 0; best && i < measured.size(); ++i) {
      if (const Rows& values = measured[i].at(best->architecture); !values.empty()) {
        rows.push_back({SearchSummary(result), *best, &(*later.results)[i], StatisticsOf(values)});
      }
    }
  }
  return rows;
}

}  // namespace

const Statistic* ComparisonRow::Find(const std::string& metric) const {
  const std::size_t at = MetricIndex(measured->metrics, metric);
  return at < metrics.size() ? &metrics[at] : nullptr;
}

const ReferenceConfig* ComparisonRow::Published() const {
  const Pipeline& later = measured->search->pipeline;
  const auto at = std::ranges::find_if(later.references, [&](const ReferenceConfig& reference) {
    return !reference.where.empty() && IsOfReward(reference, later) &&
           AppliesTo(reference, {&found.search(), measured->search});
  });
  return at != later.references.end() ? &*at : nullptr;
}

std::vector<StageComparison> CompareStages(const std::vector<SearchedStage>& stages) {
  std::vector<StageComparison> comparisons;
  for (std::size_t later = 0; later < stages.size(); ++later) {
    for (std::size_t earlier = 0; earlier < later; ++earlier) {
      if (!std::ranges::count(stages[later].sources, stages[earlier].name)) { continue; }
      auto rows = RowsOf(stages[earlier], stages[later]);
      if (!rows.empty()) {
        comparisons.push_back({stages[earlier].name, stages[later].name, std::move(rows)});
      }
    }
  }
  return comparisons;
}

}  // namespace lode::core

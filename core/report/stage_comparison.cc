#include "core/report/stage_comparison.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "core/report/text_table.h"
#include "core/search/search_result.h"
#include "core/store/stored_run.h"

namespace lode::core {
namespace {

using nlohmann::json;
using Align = TextTable::Align;

// For each architecture, a row of metrics from each run that measured it.
using Measured = std::map<std::string, std::vector<std::vector<double>>>;

// Returns the best of all runs, the first run's among equal ones; nothing if no run found one.
std::optional<BestTrial> BestOf(const SearchResult& result) {
  std::optional<BestTrial> best;
  for (const RunResult& run : result.runs) {
    if (run.best && (!best || run.best->reward > best->reward)) {
      best = run.best;
    }
  }
  return best;
}

// The same, with its ties in all runs. `runs` are their directories.
std::optional<BestTrial> BestWithTies(const SearchResult& result,
                                      const std::vector<std::filesystem::path>& runs) {
  std::optional<BestTrial> best = BestOf(result);
  if (best) {
    std::set<std::string> equal;
    for (const std::filesystem::path& run : runs) {
      equal.merge(StoredRun(run).ArchitecturesOf(best->reward));
    }
    equal.erase(best->architecture);
    best->ties = std::min<std::uint64_t>(equal.size(), kMaxTies);
  }
  return best;
}

// Adds the mean of all measurements by the run of each wanted architecture. (For equal values, the
// mean is exactly that value.)
void ReadMeasured(const std::filesystem::path& run, Measured& wanted) {
  StoredRun stored(run);
  std::map<std::string, std::vector<double>> found;
  std::map<std::string, double> times;
  for (std::uint64_t step = 0; step < stored.trials(); ++step) {
    const TrialRecord trial = stored.Trial(step);
    const std::string architecture(trial.architecture);
    if (trial.failure.empty() && wanted.contains(architecture)) {
      const double n = ++times[architecture];
      auto& means = found.try_emplace(architecture, trial.metrics.size()).first->second;
      for (std::size_t i = 0; i < means.size(); ++i) {
        means[i] += (trial.metrics[i] - means[i]) / n;
      }
    }
  }
  for (auto& [architecture, metrics] : found) {
    wanted[architecture].push_back(std::move(metrics));
  }
}

std::vector<Statistic> StatisticsOf(const std::vector<std::vector<double>>& rows) {
  std::vector<Statistic> statistics;
  for (std::size_t metric = 0; metric < rows.front().size(); ++metric) {
    std::vector<double> values;
    std::ranges::transform(rows, std::back_inserter(values),
                           [&](const auto& row) { return row[metric]; });
    statistics.push_back(Describe(values));
  }
  return statistics;
}

std::vector<ComparisonRow> RowsOf(const SearchedStage& earlier, const SearchedStage& later) {
  Measured none;
  for (const SearchResult& result : *earlier.results) {
    if (const auto best = BestOf(result)) {
      none[best->architecture];
    }
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
      if (const auto& values = measured[i].at(best->architecture); !values.empty()) {
        rows.push_back({&result, *best, &(*later.results)[i], StatisticsOf(values)});
      }
    }
  }
  return rows;
}

// Returns the metric of a row, or "-" if the row's search does not measure it.
std::string MetricCell(const ComparisonRow& row, const MetricDeclaration& metric) {
  const auto& metrics = row.measured->metrics;
  const auto at = std::ranges::find(metrics, metric.name, &MetricDeclaration::name);
  return at == metrics.end()
             ? "-"
             : FormatStatistic(row.metrics[static_cast<std::size_t>(at - metrics.begin())],
                               metric.unit == "count" ? 0 : 2);
}

std::string Legend(const StageComparison& comparison) {
  const bool spread = std::ranges::any_of(comparison.rows, [](const ComparisonRow& row) {
    return row.metrics.front().std.has_value();
  });
  return spread ? " (mean ± sample standard deviation over its runs)" : "";
}

// Returns a line for each search of the earlier stage whose runs ended early.
std::string EarlyLines(const StageComparison& comparison) {
  std::string text;
  const SearchResult* seen = nullptr;
  for (const ComparisonRow& row : comparison.rows) {
    const std::string early = DescribeEarlyRuns(*row.found);
    if (row.found != seen && !early.empty()) {
      const std::string point = PointText(*row.found->search);
      text.append("stage ").append(comparison.earlier).append(point.empty() ? "" : " ");
      text.append(point).append(": ").append(early).append("\n");
    }
    seen = row.found;
  }
  return text;
}

json ToJson(const ComparisonRow& row) {
  json metrics = json::object();
  for (std::size_t i = 0; i < row.metrics.size(); ++i) {
    const Statistic& s = row.metrics[i];
    metrics[row.measured->metrics[i].name] = {
        {"mean", s.mean}, {"std", s.std ? json(*s.std) : json()}, {"count", s.count}};
  }
  const std::size_t metric = RewardMetricIndex(*row.found);
  return {{"ties", row.best.ties},
          {"point", PointToJson(*row.found->search)},
          {"later_point", PointToJson(*row.measured->search)},
          {"optimizer", row.found->search->pipeline.optimizer.id},
          {"architecture", row.best.architecture},
          {"metric", row.found->metrics[metric].name},
          {"found", MetricToJson(row.found->metrics[metric], row.best.metrics[metric])},
          {"metrics", metrics}};
}

}  // namespace

std::vector<StageComparison> CompareStages(const std::vector<SearchedStage>& stages) {
  std::vector<StageComparison> comparisons;
  for (std::size_t later = 0; later < stages.size(); ++later) {
    for (std::size_t earlier = 0; earlier < later; ++earlier) {
      auto rows = RowsOf(stages[earlier], stages[later]);
      if (!rows.empty()) {
        comparisons.push_back({stages[earlier].name, stages[later].name, std::move(rows)});
      }
    }
  }
  return comparisons;
}

std::string FormatStageComparison(const StageComparison& comparison, std::size_t width) {
  const ComparisonRow& first = comparison.rows.front();
  const MetricDeclaration& reward = first.found->metrics[RewardMetricIndex(*first.found)];
  const bool grid = !first.found->search->point.empty();
  const bool later_grid = !first.measured->search->point.empty();
  std::vector<TextTable::Column> columns;
  if (grid) {
    columns.push_back({comparison.earlier, Align::kLeft});
  }
  columns.push_back({comparison.earlier + "." + reward.name});
  const bool ties =
      std::ranges::any_of(comparison.rows, [](const ComparisonRow& r) { return r.best.ties > 0; });
  if (ties) {
    columns.push_back({"ties"});
  }
  if (later_grid) {
    columns.push_back({comparison.later, Align::kLeft});
  }
  for (const MetricDeclaration& metric : first.measured->metrics) {
    columns.push_back({comparison.later + "." + metric.name});
  }
  columns.insert(columns.end(), {{"runs"}, {"architecture", Align::kLeft}});
  TextTable table(columns);
  for (const ComparisonRow& row : comparison.rows) {
    std::vector<std::string> cells;
    if (grid) {
      cells.push_back(PointText(*row.found->search));
    }
    cells.push_back(FormatMetric(reward, row.best.metrics[RewardMetricIndex(*row.found)]));
    if (ties) {
      cells.push_back(TiesText(row.best.ties));
    }
    if (later_grid) {
      cells.push_back(PointText(*row.measured->search));
    }
    for (const MetricDeclaration& metric : first.measured->metrics) {
      cells.push_back(MetricCell(row, metric));
    }
    cells.insert(cells.end(), {std::to_string(row.metrics.front().count), row.best.architecture});
    table.AddRow(cells);
  }
  const std::string heading = "the best of stage " + comparison.earlier + ", as stage " +
                              comparison.later + " measured it" + Legend(comparison) + "\n";
  const std::string notes =
      (ties ? "ties: how many other architectures of stage " + comparison.earlier +
                  " have the same reward; the one that its first seed found first is shown\n"
            : "") +
      EarlyLines(comparison);
  return Wrap(heading, width) + table.Format(width) + Wrap(notes, width);
}

json ToJson(const std::vector<StageComparison>& comparisons) {
  json out = json::array();
  for (const StageComparison& comparison : comparisons) {
    json rows = json::array();
    for (const ComparisonRow& row : comparison.rows) {
      rows.push_back(ToJson(row));
    }
    out.push_back({{"earlier", comparison.earlier}, {"later", comparison.later}, {"rows", rows}});
  }
  return out;
}

}  // namespace lode::core

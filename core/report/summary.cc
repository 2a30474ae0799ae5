#include "core/report/summary.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/report/text_table.h"

namespace lode::core {
namespace {

using nlohmann::json;
using Align = TextTable::Align;

constexpr int kDecimals = 2;

std::string Format(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string_view EndingName(Ending ending) {
  switch (ending) {
    case Ending::kStalled:
      return "stalled";
    case Ending::kInterrupted:
      return "interrupted";
    case Ending::kFailed:
      return "failed";
    default:
      return "finished";
  }
}

std::size_t RewardMetricIndex(const SearchResult& result) {
  const auto at = std::ranges::find(result.metrics, result.search->pipeline.reward.metric,
                                    &MetricDeclaration::name);
  return static_cast<std::size_t>(at - result.metrics.begin());
}

std::string BudgetUnit(const BudgetConfig& budget) {
  return budget.steps ? "steps" : "unique queries";
}

std::uint64_t BudgetEnd(const BudgetConfig& budget) {
  return budget.steps ? *budget.steps : *budget.unique_queries;
}

std::string DescribeBudget(const BudgetConfig& budget) {
  std::string text;
  if (budget.steps) {
    text = std::to_string(*budget.steps) + " steps";
  }
  if (budget.unique_queries) {
    text +=
        (text.empty() ? "" : " or ") + std::to_string(*budget.unique_queries) + " unique queries";
  }
  return text;
}

// "percent; validation split of cifar100, 200 epochs"
std::string DescribeMetric(const MetricDeclaration& m) {
  std::string text = m.unit;
  if (m.split != LODE_SPLIT_NONE) {
    text += "; " + std::string(SplitName(m.split)) + " split";
    text += m.dataset.empty() ? "" : " of " + m.dataset;
  }
  if (m.epochs > 0) {
    text += ", " + Format("%g", m.epochs) + " epochs";
  }
  return text;
}

const std::optional<BestTrial>& BestAt(const RunResult& run, std::optional<std::uint64_t> mark) {
  for (const MarkResult& m : run.marks) {
    if (mark == m.mark) {
      return m.best;
    }
  }
  return run.best;  // a run that ended before the mark keeps what it had
}

// The points of the budget to report: the marks, then the end.
std::vector<std::optional<std::uint64_t>> Points(const BudgetConfig& budget) {
  std::vector<std::optional<std::uint64_t>> points(budget.marks.begin(), budget.marks.end());
  if (points.empty() || points.back() != BudgetEnd(budget)) {
    points.push_back(std::nullopt);
  }
  return points;
}

std::string PointName(const BudgetConfig& budget, std::optional<std::uint64_t> point) {
  return std::to_string(point.value_or(BudgetEnd(budget))) + " " + BudgetUnit(budget);
}

const ReferenceConfig* FindReference(const Search& search, std::optional<std::uint64_t> point) {
  const BudgetConfig& budget = search.pipeline.budget;
  for (const ReferenceConfig& reference : search.pipeline.references) {
    const bool same_place = std::ranges::all_of(reference.where, [&](const auto& condition) {
      return std::ranges::find(search.point, condition) != search.point.end();
    });
    if (same_place &&
        reference.mark.value_or(BudgetEnd(budget)) == point.value_or(BudgetEnd(budget))) {
      return &reference;
    }
  }
  return nullptr;
}

std::string FormatMetric(const MetricDeclaration& metric, double value) {
  return Format(metric.unit == "count" ? "%.0f" : "%.2f", value);
}

std::vector<std::string> RunRow(const RunResult& run,
                                const std::vector<MetricDeclaration>& metrics) {
  std::vector<std::string> row{std::to_string(run.seed)};
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    row.push_back(run.best ? FormatMetric(metrics[i], run.best->metrics[i]) : "-");
  }
  row.insert(row.end(), {run.best ? std::to_string(run.best->step) : "-", std::to_string(run.steps),
                         std::to_string(run.unique_queries), std::to_string(run.failures),
                         Format("%.2f", run.seconds), run.best ? run.best->architecture : "-"});
  return row;
}

// "l2nas (robust)"
std::string OptimizerName(const ComponentConfig& optimizer) {
  return optimizer.preset.empty() ? optimizer.id : optimizer.id + " (" + optimizer.preset + ")";
}

// A comparison's cells up to our figure; `axes`: how many grid columns the table has.
std::vector<std::string> MeasuredCells(const SearchResult& result,
                                       std::optional<std::uint64_t> point, std::size_t axes) {
  const Pipeline& pipeline = result.search->pipeline;
  std::vector<std::string> row{pipeline.name};
  for (std::size_t i = 0; i < axes; ++i) {
    row.push_back(i < result.search->point.size() ? result.search->point[i].second : "");
  }
  const Statistic ours = BestMetric(result, point);
  row.insert(row.end(), {OptimizerName(pipeline.optimizer),
                         DescribeMetric(result.metrics[RewardMetricIndex(result)]),
                         PointName(pipeline.budget, point), std::to_string(ours.count),
                         FormatStatistic(ours, kDecimals)});
  return row;
}

// The published figure, the difference in its deviations, and whose it is; blank if there is none.
std::vector<std::string> PublishedCells(const SearchResult& result,
                                        std::optional<std::uint64_t> point) {
  const ReferenceConfig* reference = FindReference(*result.search, point);
  if (reference == nullptr) {
    return {"", "", ""};
  }
  const double difference = BestMetric(result, point).mean - reference->mean;
  return {FormatStatistic({1, reference->mean, reference->std}, kDecimals),
          reference->std > 0 ? Format("%+.2f sd", difference / reference->std)
                             : Format("%+.2f", difference),
          reference->label};
}

std::string Unfinished(const std::vector<RunResult>& runs) {
  std::string text;
  for (const RunResult& run : runs) {
    if (run.ending != Ending::kBudget) {
      text += "seed " + std::to_string(run.seed) + " " + std::string(EndingName(run.ending));
      text += run.reason.empty() ? "\n" : ": " + run.reason + "\n";
    }
  }
  return text;
}

json StatisticToJson(const Statistic& s) {
  return {{"mean", s.count > 0 ? json(s.mean) : json()},
          {"std", s.std ? json(*s.std) : json()},
          {"count", s.count}};
}

json BestToJson(const BestTrial& best, const std::vector<MetricDeclaration>& metrics) {
  json values = json::object();
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    values[metrics[i].name] = best.metrics[i];
  }
  return {{"architecture", best.architecture},
          {"step", best.step},
          {"reward", best.reward},
          {"metrics", values}};
}

json PointToJson(const Search& search) {
  json point = json::object();
  for (const auto& [path, value] : search.point) {
    point[path] = value;
  }
  return point;
}

json SummaryToJson(const SearchResult& result) {
  const Pipeline& pipeline = result.search->pipeline;
  const MetricDeclaration& metric = result.metrics[RewardMetricIndex(result)];
  json summary = StatisticToJson(BestMetric(result, std::nullopt));
  summary["pipeline"] = pipeline.name;
  summary["point"] = PointToJson(*result.search);
  summary["optimizer"] = pipeline.optimizer.id;
  summary["metric"] = metric.name;
  summary["unit"] = metric.unit;
  summary["split"] = SplitName(metric.split);
  summary["dataset"] = metric.dataset;
  summary["epochs"] = metric.epochs;
  summary["transform"] = TransformName(pipeline.reward.transform);
  json budget = json::object();
  if (pipeline.budget.steps) {
    budget["steps"] = *pipeline.budget.steps;
  }
  if (pipeline.budget.unique_queries) {
    budget["unique_queries"] = *pipeline.budget.unique_queries;
  }
  summary["budget"] = budget;
  summary["marks"] = json::array();
  for (const std::uint64_t mark : pipeline.budget.marks) {
    json at = StatisticToJson(BestMetric(result, mark));
    at["mark"] = mark;
    summary["marks"].push_back(at);
  }
  return summary;
}

}  // namespace

std::string DescribeSearch(const SearchResult& result) {
  const Pipeline& p = result.search->pipeline;
  return OptimizerName(p.optimizer) + " on " + p.space.id + ", reward " +
         std::string(TransformName(p.reward.transform)) + " of " + p.reward.metric + " (" +
         DescribeMetric(result.metrics[RewardMetricIndex(result)]) + "), budget " +
         DescribeBudget(p.budget);
}

Statistic BestMetric(const SearchResult& result, std::optional<std::uint64_t> mark) {
  std::vector<double> values;
  for (const RunResult& run : result.runs) {
    if (const auto& best = BestAt(run, mark)) {
      values.push_back(best->metrics[RewardMetricIndex(result)]);
    }
  }
  return Describe(values);
}

std::string FormatRuns(const SearchResult& result) {
  std::vector<TextTable::Column> columns{{"seed"}};
  for (const MetricDeclaration& metric : result.metrics) {
    columns.push_back({metric.name});
  }
  for (const char* title : {"at step", "steps", "unique", "failed", "seconds"}) {
    columns.push_back({title});
  }
  columns.push_back({"best architecture", Align::kLeft});  // last: it may be long
  TextTable table(columns);
  for (const RunResult& run : result.runs) {
    table.AddRow(RunRow(run, result.metrics));
  }
  const Pipeline& pipeline = result.search->pipeline;
  std::string text = pipeline.name + ": " + DescribeSearch(result) + "\n" + table.Format();
  for (const auto& point : Points(pipeline.budget)) {
    text += pipeline.reward.metric + " of the best after " + PointName(pipeline.budget, point) +
            ", " + std::to_string(result.runs.size()) +
            " seeds: " + FormatStatistic(BestMetric(result, point), kDecimals) + "\n";
  }
  return text + Unfinished(result.runs);
}

std::string FormatComparison(const std::vector<SearchResult>& results) {
  const Search& first = *results.front().search;
  const bool published = std::ranges::any_of(
      results, [](const SearchResult& r) { return !r.search->pipeline.references.empty(); });
  std::vector<TextTable::Column> columns{{"pipeline", Align::kLeft}};
  for (const auto& [path, value] : first.point) {
    columns.push_back({path, Align::kLeft});
  }
  columns.insert(columns.end(), {{"optimizer", Align::kLeft},
                                 {"searched on", Align::kLeft},
                                 {"after"},
                                 {"seeds"},
                                 {"measured"}});
  if (published) {
    columns.insert(columns.end(), {{"published"}, {"difference"}, {"published by", Align::kLeft}});
  }
  TextTable table(columns);
  for (const SearchResult& result : results) {
    for (const auto& point : Points(result.search->pipeline.budget)) {
      std::vector<std::string> row = MeasuredCells(result, point, first.point.size());
      if (published) {
        const auto cells = PublishedCells(result, point);
        row.insert(row.end(), cells.begin(), cells.end());
      }
      table.AddRow(row);
    }
  }
  return table.Format();
}

json ToJson(const RunResult& run, const std::vector<MetricDeclaration>& metrics) {
  json j{{"seed", run.seed},
         {"steps", run.steps},
         {"unique_queries", run.unique_queries},
         {"failures", run.failures},
         {"seconds", run.seconds},
         {"status", EndingName(run.ending)},
         {"best", run.best ? BestToJson(*run.best, metrics) : json()}};
  if (!run.reason.empty()) {
    j["reason"] = run.reason;
  }
  j["marks"] = json::array();
  for (const MarkResult& m : run.marks) {
    j["marks"].push_back(
        {{"mark", m.mark}, {"best", m.best ? BestToJson(*m.best, metrics) : json()}});
  }
  return j;
}

json ToJson(const std::vector<SearchResult>& results) {
  json out{{"runs", json::array()}, {"summaries", json::array()}};
  for (const SearchResult& result : results) {
    for (const RunResult& run : result.runs) {
      json j = ToJson(run, result.metrics);
      j["pipeline"] = result.search->pipeline.name;
      j["point"] = PointToJson(*result.search);
      out["runs"].push_back(j);
    }
    out["summaries"].push_back(SummaryToJson(result));
  }
  if (results.size() == 1) {
    out["summary"] = out["summaries"][0];
  }
  return out;
}

}  // namespace lode::core

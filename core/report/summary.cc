#include "core/report/summary.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/report/points.h"
#include "core/report/text_table.h"
#include "core/search/failures.h"
#include "core/search/metric_index.h"
#include "core/search/pareto.h"

namespace lode::core {
namespace {

using nlohmann::json;
using Align = TextTable::Align;

constexpr int kDecimals = 2;
constexpr std::size_t kFrontRows = 20;
constexpr std::size_t kShownFailures = 8;  // number of reasons

std::string Format(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

Goals GoalsOf(const SearchResult& result) {
  return {result.search->pipeline.reward, result.metrics};
}

std::string DescribeLimit(const LimitConfig& limit) {
  std::string text = limit.metric;
  text += limit.min ? " >= " + FormatNumber(*limit.min) : "";
  text += limit.min && limit.max ? " and" : "";
  return text + (limit.max ? " <= " + FormatNumber(*limit.max) : "");
}

// Returns ", limits macs <= 350000000 by rejection", or "".
std::string DescribeLimits(const RewardConfig& reward) {
  std::string text;
  for (const LimitConfig& limit : reward.limits) {
    text += (text.empty() ? ", limits " : ", ") + DescribeLimit(limit);
  }
  if (text.empty()) {
    return text;
  }
  text += " by " + std::string(WordOf(reward.limit_rule));
  if (reward.limit_rule == LimitRule::kPenalty) {
    text += " (" + std::string(WordOf(reward.penalty)) + ", weight " +
            FormatNumber(reward.penalty_weight) + ")";
  }
  return text;
}

// Returns ", goals predicted_accuracy, macs", or "" if the pipeline states none.
std::string DescribeGoals(const RewardConfig& reward) {
  std::string text;
  for (const GoalConfig& goal : reward.goals) {
    text += (text.empty() ? ", goals " : ", ") + goal.metric;
  }
  return text;
}

// Returns "0.01 identity of accuracy - 1e-09 macs".
std::string DescribeReward(const RewardConfig& reward) {
  std::string text = reward.scale == 1 ? "" : FormatNumber(reward.scale) + " ";
  text += std::string(WordOf(reward.transform)) + " of " + reward.metric;
  for (const TermConfig& term : reward.add) {
    text +=
        (term.weight < 0 ? " - " : " + ") + FormatNumber(std::abs(term.weight)) + " " + term.metric;
  }
  return text;
}

// Returns "percent; validation split of cifar100, 200 epochs".
std::string DescribeMetric(const MetricDeclaration& m) {
  std::string text = m.unit;
  if (m.split != LODE_SPLIT_NONE) {
    text += (text.empty() ? "" : "; ") + std::string(SplitName(m.split)) + " split";
    text += m.dataset.empty() ? "" : " of " + m.dataset;
  }
  if (m.epochs > 0) {
    text += ", " + FormatNumber(m.epochs) + " epochs";
  }
  return text;
}

const ReferenceConfig* FindReference(const Search& search, std::optional<std::uint64_t> point) {
  const BudgetConfig& budget = search.pipeline.budget;
  for (const ReferenceConfig& reference : search.pipeline.references) {
    const bool same_place = std::ranges::all_of(reference.where, [&](const auto& condition) {
      return std::ranges::find(search.point, condition) != search.point.end();
    });
    if (same_place && reference.mark.value_or(budget.end()) == point.value_or(budget.end())) {
      return &reference;
    }
  }
  return nullptr;
}

bool HasTies(const SearchResult& result) {
  return std::ranges::any_of(result.runs, [](const auto& r) { return r.best && r.best->ties > 0; });
}

// A column of the table of runs.
struct RunColumn {
  TextTable::Column column;
  std::function<std::string(const RunResult&)> cell;
};

// Returns the number of decimals of the metric's values.
int DecimalsOf(const SearchResult& result) {
  return result.metrics[RewardMetricIndex(result)].unit == "count" ? 0 : kDecimals;
}

bool IsNoisy(const SearchResult& result) {
  return std::ranges::any_of(result.runs, [](const auto& r) { return r.evaluations > 0; });
}

// Adds columns that show how reliable the means of noisy metrics are.
void AddScatter(const SearchResult& result, std::vector<RunColumn>& columns) {
  const int decimals = DecimalsOf(result) > 0 ? DecimalsOf(result) + 1 : 1;
  columns.push_back({{"std. error"}, [decimals](const RunResult& r) {
                       return r.best && r.best->standard_error
                                  ? FormatStatistic({1, *r.best->standard_error, {}}, decimals)
                                  : "-";
                     }});
  columns.push_back({{"measured"}, [](const RunResult& r) {
                       return r.best ? std::to_string(r.best->measurements) : "-";
                     }});
}

std::vector<RunColumn> RunColumns(const SearchResult& result) {
  std::vector<RunColumn> columns{{{"seed"}, [](const auto& r) { return std::to_string(r.seed); }}};
  for (std::size_t i = 0; i < result.metrics.size(); ++i) {
    columns.push_back({{result.metrics[i].name}, [&metric = result.metrics[i], i](const auto& r) {
                         return r.best ? FormatMetric(metric, r.best->metrics[i]) : "-";
                       }});
  }
  if (IsNoisy(result)) {
    AddScatter(result, columns);
  }
  const auto count = [&](const char* title, auto field) {
    columns.push_back({{title}, [field](const auto& r) { return std::to_string(r.*field); }});
  };
  columns.push_back(
      {{"at step"}, [](const auto& r) { return r.best ? std::to_string(r.best->step) : "-"; }});
  if (HasTies(result)) {
    columns.push_back(
        {{"ties"}, [](const auto& r) { return r.best ? TiesText(r.best->ties) : "-"; }});
  }
  count("steps", &RunResult::steps);
  count(std::ranges::any_of(result.runs, &RunResult::computed) ? "distinct" : "unique",
        &RunResult::unique_queries);
  if (IsNoisy(result)) {
    count("evaluations", &RunResult::evaluations);
    count("confirming", &RunResult::confirmations);
  }
  count("failed", &RunResult::failures);
  if (std::ranges::any_of(result.runs, [](const auto& r) { return r.cost_seconds > 0; })) {
    columns.push_back(
        {{"simulated s"}, [](const auto& r) { return Format("%.0f", r.cost_seconds); }});
  }
  const RewardConfig& reward = result.search->pipeline.reward;
  if (!reward.limits.empty() && reward.limit_rule == LimitRule::kRejection) {
    count("rejected", &RunResult::rejections);
  }
  const Goals goals = GoalsOf(result);
  if (goals.size() > 1) {
    columns.push_back({{"front"}, [](const auto& r) { return std::to_string(r.front.size()); }});
  }
  if (goals.size() > 1 && goals.reference()) {
    columns.push_back({{"hypervolume"}, [](const auto& r) {
                         return r.hypervolume ? Format("%.5g", *r.hypervolume) : "-";
                       }});
  }
  columns.push_back({{"seconds"}, [](const auto& r) { return Format("%.2f", r.seconds); }});
  columns.push_back({{"best architecture", Align::kLeft},  // last: it may be long
                     [](const auto& r) { return r.best ? r.best->architecture : "-"; }});
  return columns;
}

// Returns the row below the runs: the optimum of the reward's metric.
std::vector<std::string> OptimumRow(const SearchResult& result, double optimum,
                                    std::size_t columns) {
  std::vector<std::string> row(columns);
  const std::size_t metric = RewardMetricIndex(result);
  row[0] = "optimum";
  row[1 + metric] = FormatMetric(result.metrics[metric], optimum);
  return row;
}

std::string DescribeOptimum(const SearchResult& result) {
  return OptimumOf(result) ? "optimum: the best " + result.search->pipeline.reward.metric +
                                 " of all architectures that the oracle has\n"
                           : "";
}

// Returns "l2nas (robust)".
std::string OptimizerName(const ComponentConfig& optimizer) {
  return optimizer.preset.empty() ? optimizer.id : optimizer.id + " (" + optimizer.preset + ")";
}

// Returns a comparison's cells up to our figure. `axes` is the number of grid columns of the table.
std::vector<std::string> MeasuredCells(const SearchResult& result, const BudgetPoint& point,
                                       std::size_t axes) {
  const Pipeline& pipeline = result.search->pipeline;
  std::vector<std::string> row{pipeline.name};
  for (std::size_t i = 0; i < axes; ++i) {
    row.push_back(i < result.search->point.size() ? result.search->point[i].second : "");
  }
  const std::size_t all = result.runs.size();
  row.insert(row.end(), {OptimizerName(pipeline.optimizer),
                         DescribeMetric(result.metrics[RewardMetricIndex(result)]), point.name,
                         std::to_string(point.best.count) +
                             (point.best.count < all ? " of " + std::to_string(all) : ""),
                         FormatStatistic(point.best, DecimalsOf(result))});
  return row;
}

// Returns the published figure, the difference in its deviations, and its source; blank if there is
// none.
std::vector<std::string> PublishedCells(const SearchResult& result, const BudgetPoint& point) {
  const ReferenceConfig* reference = FindReference(*result.search, point.mark);
  if (reference == nullptr) {
    return {"", "", ""};
  }
  const double difference = point.best.mean - reference->mean;
  return {FormatStatistic({1, reference->mean, reference->std}, kDecimals),
          point.best.count == 0 ? ""
          : reference->std > 0  ? Format("%+.2f sd", difference / reference->std)
                                : Format("%+.2f", difference),
          reference->label};
}

// Returns the points of a search. If none of its runs reached a point, returns one row: where they
// ended.
std::vector<BudgetPoint> ComparedPoints(const SearchResult& result) {
  std::vector<BudgetPoint> points = ReachedPoints(result);
  if (points.empty()) {
    const EarlyRuns early = RunsThatEndedEarly(result);
    const std::string to = early.least == early.most ? "" : " to " + std::to_string(early.most);
    points.push_back(
        {0, std::to_string(early.least) + to + " " + BudgetUnit(result), 0, early.best});
  }
  return points;
}

// Returns why runs ended that did not spend their budget.
std::string Unfinished(const SearchResult& result) {
  std::string text;
  for (const RunResult& run : result.runs) {
    const bool spent = HasSpentBudget(run, result.search->pipeline);
    if (run.ending == Ending::kBudget && spent) {
      continue;
    }
    text += "seed " + std::to_string(run.seed) + " " + std::string(EndingName(run.ending));
    text += run.ending == Ending::kBudget ? ": nothing was left to propose\n"
            : run.reason.empty()          ? "\n"
                                          : ": " + run.reason + "\n";
  }
  return text;
}

// Returns " (mean ± sample standard deviation)" if there is a deviation.
std::string Legend(const Statistic& statistic) {
  return statistic.std ? " (mean ± sample standard deviation)" : "";
}

// Returns ", 3 seeds", " (8 of 10 seeds got there)" or " (8 of 10 seeds got there, 7 found
// something)".
std::string Seeds(const BudgetPoint& point, std::size_t all) {
  const std::string seeds = all == 1 ? " seed" : " seeds";
  if (point.best.count == all) {
    return ", " + std::to_string(all) + seeds;
  }
  std::string text =
      " (" + std::to_string(point.reached) + " of " + std::to_string(all) + seeds + " got there";
  if (point.best.count < point.reached) {
    text += ", " + std::to_string(point.best.count) + " found something";
  }
  return text + ")";
}

// Returns "accuracy of the best after 100 steps, 3 seeds: 73.07 ± 0.49 (mean ± ...)".
std::string DescribePoint(const SearchResult& result, const BudgetPoint& point) {
  return result.search->pipeline.reward.metric + " of the best after " + point.name +
         Seeds(point, result.runs.size()) + ": " + FormatStatistic(point.best, DecimalsOf(result)) +
         Legend(point.best) + "\n";
}

// Describes runs that ended before their budget was spent. Runs that ended at different points have
// no common mean.
std::string DescribeEarly(const SearchResult& result) {
  std::string text = DescribeEarlyRuns(result);
  if (text.empty()) {
    return "";
  }
  const EarlyRuns early = RunsThatEndedEarly(result);
  if (early.best.count > 0) {
    text += "; " + result.search->pipeline.reward.metric +
            (early.count == 1 ? " of its best: " : " of their best: ") +
            FormatStatistic(early.best, DecimalsOf(result)) + Legend(early.best);
  }
  return text + "\n";
}

// Explains the metrics of a table with noisy measurements.
std::string DescribeScatter(const SearchResult& result) {
  return IsNoisy(result)
             ? "metrics: means over the measurements of the architecture; std. error: of " +
                   result.search->pipeline.reward.metric +
                   "; the best has the best lower confidence bound\n"
             : "";
}

std::string DescribeTies(const SearchResult& result) {
  return HasTies(result)
             ? "ties: how many other architectures have the reward of the best; the one "
               "found first is shown\n"
             : "";
}

FailureTally FailuresOf(const SearchResult& result) {
  FailureTally tally;
  for (const RunResult& run : result.runs) {
    for (const FailureKind& kind : run.failure_kinds) {
      tally.Add(kind.reason, kind.count);
    }
  }
  return tally;
}

std::uint64_t FailureCount(const SearchResult& result) {
  std::uint64_t count = 0;
  for (const RunResult& run : result.runs) {
    count += run.failures;
  }
  return count;
}

// Returns "8 failed: CUDA out of memory (7), time-out (1)" for all runs together.
std::string DescribeFailures(const SearchResult& result) {
  const std::string text =
      FormatFailures(FailureCount(result), FailuresOf(result).Kinds(), kShownFailures);
  return text.empty() ? "" : text + "\n";
}

std::vector<std::string> FrontRow(const FrontTrial& trial, const Goals& goals,
                                  const std::vector<MetricDeclaration>& metrics) {
  std::vector<std::string> row;
  for (const std::size_t metric : goals.metrics()) {
    row.push_back(FormatMetric(metrics[metric], trial.metrics[metric]));
  }
  row.push_back(trial.architecture);
  return row;
}

// Returns the hypervolume's reference point: "(predicted_accuracy 0, macs 350000000)".
std::string DescribeReference(const SearchResult& result, const Goals& goals) {
  std::string text;
  for (std::size_t i = 0; i < goals.size(); ++i) {
    const MetricDeclaration& metric = result.metrics[goals.metrics()[i]];
    text += (text.empty() ? "(" : ", ") + metric.name + " " + FormatNumber((*goals.reference())[i]);
  }
  return text + ")";
}

Statistic HypervolumeOf(const SearchResult& result) {
  std::vector<double> volumes;
  for (const RunResult& run : result.runs) {
    if (run.hypervolume) {
      volumes.push_back(*run.hypervolume);
    }
  }
  return Describe(volumes);
}

// Returns the text above a front's table.
std::string DescribeFront(const SearchResult& result, const Goals& goals,
                          const std::vector<FrontTrial>& front) {
  std::string text;
  if (goals.reference()) {
    const Statistic volume = HypervolumeOf(result);
    text = "hypervolume of a seed's front above " + DescribeReference(result, goals) + ": " +
           Format("%.5g", volume.mean) +
           (volume.std ? Format(" ± %.2g", *volume.std) : std::string()) + Legend(volume) + "\n";
  }
  text += "Pareto front of all seeds: " + std::to_string(front.size()) +
          (front.size() == 1 ? " architecture" : " architectures");
  if (front.size() > kFrontRows) {
    text += ", " + std::to_string(kFrontRows) +
            " of them shown (--json and the runs' view pareto have all)";
  }
  return text + "\n";
}

json StatisticToJson(const Statistic& s) {
  return {{"mean", s.count > 0 ? json(s.mean) : json()},
          {"std", s.std ? json(*s.std) : json()},
          {"count", s.count}};
}

// Returns a bound of the metric with this name; null for none.
json BoundToJson(const SearchResult& result, const std::string& name,
                 const std::optional<double>& bound) {
  const std::size_t metric = MetricIndex(result.metrics, name);
  return !bound                           ? json()
         : metric < result.metrics.size() ? MetricToJson(result.metrics[metric], *bound)
                                          : json(*bound);
}

void AddLimits(const SearchResult& result, json& summary) {
  const RewardConfig& reward = result.search->pipeline.reward;
  summary["limits"] = json::array();
  for (const LimitConfig& limit : reward.limits) {
    summary["limits"].push_back({{"metric", limit.metric},
                                 {"min", BoundToJson(result, limit.metric, limit.min)},
                                 {"max", BoundToJson(result, limit.metric, limit.max)}});
  }
  if (reward.limits.empty()) {
    return;
  }
  summary["limit_rule"] = WordOf(reward.limit_rule);
  if (reward.limit_rule == LimitRule::kPenalty) {
    summary["penalty"] = WordOf(reward.penalty);
    summary["penalty_weight"] = reward.penalty_weight;
  }
}

// Adds the parts of the reward besides its metric, and the front of all runs.
void AddGoals(const SearchResult& result, json& summary) {
  const RewardConfig& reward = result.search->pipeline.reward;
  const Goals goals = GoalsOf(result);
  summary["scale"] = reward.scale;
  summary["add"] = json::array();
  for (const TermConfig& term : reward.add) {
    summary["add"].push_back({{"metric", term.metric}, {"weight", term.weight}});
  }
  AddLimits(result, summary);
  if (goals.size() < 2) {
    return;
  }
  summary["goals"] = json::array();
  for (std::size_t i = 0; i < goals.size(); ++i) {
    summary["goals"].push_back(
        {{"metric", result.metrics[goals.metrics()[i]].name},
         {"reference", goals.reference() ? json((*goals.reference())[i]) : json()}});
  }
  summary["hypervolume"] = goals.reference() ? StatisticToJson(HypervolumeOf(result)) : json();
  summary["front"] = FrontToJson(CommonFront(result), result.metrics);
}

// Adds how far the runs got, and how they failed.
void AddPoints(const SearchResult& result, json& summary) {
  summary["runs"] = result.runs.size();
  summary["marks"] = json::array();
  for (const std::uint64_t mark : result.search->pipeline.budget.marks) {
    const BudgetPoint point = PointOf(result, mark);
    if (point.reached > 0) {
      json at = StatisticToJson(point.best);
      at["mark"] = mark;
      at["reached"] = point.reached;
      summary["marks"].push_back(at);
    }
  }
  summary["reached"] = PointOf(result, std::nullopt).reached;
  if (const EarlyRuns early = RunsThatEndedEarly(result); early.count > 0) {
    summary["ended_early"] = StatisticToJson(early.best);
    summary["ended_early"].update({{"runs", early.count},
                                   {"unit", BudgetUnit(result)},
                                   {"least", early.least},
                                   {"most", early.most}});
  }
  summary["failures"] = FailureCount(result);
  summary["failure_reasons"] = FailuresToJson(FailuresOf(result).Kinds());
}

json SummaryToJson(const SearchResult& result) {
  const Pipeline& pipeline = result.search->pipeline;
  const MetricDeclaration& metric = result.metrics[RewardMetricIndex(result)];
  json summary = StatisticToJson(PointOf(result, std::nullopt).best);
  summary["pipeline"] = pipeline.name;
  summary["point"] = PointToJson(*result.search);
  summary["optimizer"] = pipeline.optimizer.id;
  summary["metric"] = metric.name;
  summary["unit"] = metric.unit;
  summary["split"] = SplitName(metric.split);
  summary["dataset"] = metric.dataset;
  summary["epochs"] = metric.epochs;
  if (const auto optimum = OptimumOf(result)) {
    summary["optimum"] = MetricToJson(metric, *optimum);
  }
  summary["transform"] = WordOf(pipeline.reward.transform);
  AddGoals(result, summary);
  json budget = json::object();
  if (pipeline.budget.steps) {
    budget["steps"] = *pipeline.budget.steps;
  }
  if (pipeline.budget.unique_queries) {
    budget["unique_queries"] = *pipeline.budget.unique_queries;
  }
  if (pipeline.budget.simulated_seconds) {
    budget["simulated_seconds"] = *pipeline.budget.simulated_seconds;
  }
  if (IsNoisy(result)) {
    const auto limit = pipeline.budget.evaluation_limit();
    budget["evaluations"] = limit ? json(*limit) : json();
    summary["confirm"] = {{"repeats", pipeline.confirm.repeats},
                          {"candidates", pipeline.confirm.candidates}};
  }
  summary["budget"] = budget;
  AddPoints(result, summary);
  return summary;
}

}  // namespace

json PointToJson(const Search& search) {
  json point = json::object();
  for (const auto& [path, value] : search.point) {
    point[path] = value;
  }
  return point;
}

std::string FormatMetric(const MetricDeclaration& metric, double value) {
  return Format(metric.unit == "count" ? "%.0f" : "%.2f", value);
}

std::string DescribeSearch(const SearchResult& result) {
  const Pipeline& p = result.search->pipeline;
  const std::string metric = DescribeMetric(result.metrics[RewardMetricIndex(result)]);
  return OptimizerName(p.optimizer) + " on " + p.space.id + ", reward " + DescribeReward(p.reward) +
         (metric.empty() ? "" : " (" + metric + ")") + DescribeLimits(p.reward) +
         DescribeGoals(p.reward) + ", budget " + DescribeBudget(result);
}

std::string TiesText(std::uint64_t ties) {
  return std::to_string(ties) + (ties >= kMaxTies ? " or more" : "");
}

std::string FormatRuns(const SearchResult& result, std::size_t width) {
  const std::vector<RunColumn> columns = RunColumns(result);
  std::vector<TextTable::Column> headings;
  std::ranges::transform(columns, std::back_inserter(headings), &RunColumn::column);
  TextTable table(headings);
  for (const RunResult& run : result.runs) {
    std::vector<std::string> row;
    std::ranges::transform(columns, std::back_inserter(row),
                           [&run](const RunColumn& column) { return column.cell(run); });
    table.AddRow(row);
  }
  if (const auto optimum = OptimumOf(result)) {
    table.AddRow(OptimumRow(result, *optimum, columns.size()));
  }
  std::string notes = DescribeOptimum(result) + DescribeScatter(result) + DescribeTies(result);
  for (const BudgetPoint& point : ReachedPoints(result)) {
    notes += DescribePoint(result, point);
  }
  notes += DescribeEarly(result) + DescribeFailures(result);
  return Wrap(result.search->pipeline.name + ": " + DescribeSearch(result) + "\n", width) +
         table.Format(width) + Wrap(notes, width) + FormatFront(result, width) +
         Wrap(Unfinished(result), width);
}

std::vector<FrontTrial> CommonFront(const SearchResult& result) {
  const Goals goals = GoalsOf(result);
  ParetoFront<FrontTrial> front;
  for (const RunResult& run : result.runs) {
    for (const FrontTrial& trial : run.front) {
      front.Add(goals.ObjectivesOf(trial.metrics), [&] { return trial; });
    }
  }
  return front.Sorted();
}

std::string FormatFront(const SearchResult& result, std::size_t width) {
  const std::vector<FrontTrial> front = CommonFront(result);
  if (front.empty()) {
    return "";
  }
  const Goals goals = GoalsOf(result);
  std::vector<TextTable::Column> columns;
  for (const std::size_t metric : goals.metrics()) {
    columns.push_back({result.metrics[metric].name});
  }
  columns.push_back({"architecture", Align::kLeft});
  TextTable table(columns);
  const std::size_t rows = std::min(front.size(), kFrontRows);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t at = rows > 1 ? row * (front.size() - 1) / (rows - 1) : 0;
    table.AddRow(FrontRow(front[at], goals, result.metrics));
  }
  return Wrap(DescribeFront(result, goals, front), width) + table.Format(width);
}

std::string FormatComparison(const std::vector<SearchResult>& results, std::size_t width) {
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
  const bool optima =
      std::ranges::any_of(results, [](const SearchResult& r) { return OptimumOf(r).has_value(); });
  if (optima) {
    columns.push_back({"optimum"});
  }
  if (published) {
    columns.insert(columns.end(), {{"published"}, {"difference"}, {"published by", Align::kLeft}});
  }
  TextTable table(columns);
  for (const SearchResult& result : results) {
    for (const BudgetPoint& point : ComparedPoints(result)) {
      std::vector<std::string> row = MeasuredCells(result, point, first.point.size());
      if (optima) {
        const auto optimum = OptimumOf(result);
        row.push_back(optimum ? FormatMetric(result.metrics[RewardMetricIndex(result)], *optimum)
                              : "-");
      }
      if (published) {
        const auto cells = PublishedCells(result, point);
        row.insert(row.end(), cells.begin(), cells.end());
      }
      table.AddRow(row);
    }
  }
  const std::string heading =
      "the best of each search; measured: mean ± sample standard deviation over the seeds "
      "that " +
      std::string(published ? "got there; difference: from the published mean, sd: in published "
                              "standard deviations\n"
                            : "got there\n") +
      (optima ? "optimum: the best of all architectures that the oracle has\n" : "");
  return Wrap(heading, width) + table.Format(width);
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

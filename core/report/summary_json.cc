#include "core/report/summary_json.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "core/report/render_json.h"
#include "core/report/search_words.h"
#include "core/search/metric_index.h"
#include "core/store/result_json.h"

namespace lode::core {
namespace {

using nlohmann::json;

template <class T>
json OrNull(const std::optional<T>& value) {
  return value ? json(*value) : json();
}

// Returns a bound of the metric with this name; null for none.
json BoundToJson(const SearchResult& result, const std::string& name,
                 const std::optional<double>& bound) {
  const std::size_t metric = MetricIndex(result.metrics, name);
  return bound && metric < result.metrics.size() ? MetricToJson(result.metrics[metric], *bound)
                                                 : OrNull(bound);
}

void AddStart(const StartConfig& start, json& out) {
  if (!start.is_given()) { return; }
  out["start"] = {{"warm_start", start.warm_start.string()},
                  {"trials", start.trials.string()},
                  {"architectures", start.architectures}};
}

void AddSearch(const SearchSummary& summary, json& out) {
  const Pipeline& pipeline = summary.pipeline();
  const MetricDeclaration& metric = summary.metric();
  out["pipeline"] = pipeline.name;
  out["point"] = PointToJson(summary.search());
  out["optimizer"] = pipeline.optimizer.id;
  out["metric"] = metric.name;
  out["unit"] = metric.unit;
  out["split"] = SplitName(metric.split);
  out["dataset"] = metric.dataset;
  out["epochs"] = metric.epochs;
  AddStart(pipeline.start, out);
  if (summary.optimum) { out["optimum"] = MetricToJson(metric, *summary.optimum); }
}

void AddLimits(const SearchSummary& summary, json& out) {
  const RewardConfig& reward = summary.pipeline().reward;
  out["limits"] = json::array();
  for (const LimitConfig& limit : reward.limits) {
    out["limits"].push_back({{"metric", limit.metric},
                             {"min", BoundToJson(*summary.result, limit.metric, limit.min)},
                             {"max", BoundToJson(*summary.result, limit.metric, limit.max)}});
  }
  if (reward.limits.empty()) { return; }
  out["limit_rule"] = WordOf(reward.limit_rule);
  if (reward.limit_rule == LimitRule::kPenalty) {
    out["penalty"] = WordOf(reward.penalty);
    out["penalty_weight"] = reward.penalty_weight;
  }
}

void AddReward(const SearchSummary& summary, json& out) {
  const RewardConfig& reward = summary.pipeline().reward;
  out["transform"] = WordOf(reward.transform);
  out["scale"] = reward.scale;
  out["result"] = WordOf(reward.result);
  out["add"] = json::array();
  for (const TermConfig& term : reward.add) {
    out["add"].push_back({{"metric", term.metric}, {"weight", term.weight}});
  }
  AddLimits(summary, out);
}

// Adds the goals and the front of all runs.
void AddGoals(const SearchSummary& summary, json& out) {
  const Goals& goals = summary.goals;
  if (goals.size() < 2) { return; }
  const std::vector<MetricDeclaration>& metrics = summary.result->metrics;
  out["goals"] = json::array();
  for (std::size_t i = 0; i < goals.size(); ++i) {
    out["goals"].push_back(
        {{"metric", metrics[goals.metrics()[i]].name},
         {"reference", goals.reference() ? json((*goals.reference())[i]) : json()}});
  }
  out["hypervolume"] = goals.reference() ? StatisticToJson(summary.hypervolume) : json();
  out["front"] = FrontToJson(summary.front, metrics);
}

void AddBudget(const SearchSummary& summary, json& out) {
  const Pipeline& pipeline = summary.pipeline();
  json budget = json::object();
  const auto add = [&budget](const char* name, const std::optional<std::uint64_t>& limit) {
    if (limit) { budget[name] = *limit; }
  };
  add("steps", pipeline.budget.steps);
  add("unique_queries", pipeline.budget.unique_queries);
  add("full_evaluations", pipeline.budget.full_evaluations);
  add("simulated_seconds", pipeline.budget.simulated_seconds);
  if (summary.is_noisy) {
    budget["evaluations"] = OrNull(pipeline.budget.evaluation_limit());
    out["confirm"] = {{"repeats", pipeline.confirm.repeats},
                      {"candidates", pipeline.confirm.candidates}};
  }
  out["budget"] = budget;
}

json PublishedToJson(const SearchSummary& summary, const BudgetPoint& point) {
  json out = StatisticToJson(point.best);
  out["metric"] = summary.result->metrics[point.metric].name;
  out["mark"] = OrNull(point.mark);
  const ReferenceConfig& reference = point.published->reference;
  out["published"] = {{"label", reference.label}, {"mean", reference.mean}, {"std", reference.std}};
  return out;
}

// Adds what figures were published for.
void AddPublished(const SearchSummary& summary, json& out) {
  json list = json::array();
  for (const auto& points : {summary.points, summary.others}) {
    for (const BudgetPoint& point : points) {
      if (point.published) { list.push_back(PublishedToJson(summary, point)); }
    }
  }
  if (!list.empty()) { out["published"] = std::move(list); }
}

// Adds how far the runs got.
void AddPoints(const SearchSummary& summary, json& out) {
  out["runs"] = summary.result->runs.size();
  out["marks"] = json::array();
  for (const BudgetPoint& point : summary.points) {
    if (point.mark) {
      json at = StatisticToJson(point.best);
      at["mark"] = *point.mark;
      at["reached"] = point.reached;
      out["marks"].push_back(at);
    }
  }
  out["reached"] = summary.end.reached;
  if (const EarlyRuns& early = summary.early; early.count > 0) {
    out["ended_early"] = StatisticToJson(early.best);
    out["ended_early"].update({{"runs", early.count},
                               {"unit", BudgetUnit(summary)},
                               {"least", early.least},
                               {"most", early.most}});
  }
}

}  // namespace

json StatisticToJson(const Statistic& s) {
  return {
      {"mean", s.count > 0 ? json(s.mean) : json()}, {"std", OrNull(s.std)}, {"count", s.count}};
}

json PointToJson(const Search& search) {
  json point = json::object();
  for (const auto& [path, value] : search.point) { point[path] = value; }
  return point;
}

json SummaryToJson(const SearchSummary& summary) {
  json out = StatisticToJson(summary.end.best);
  AddSearch(summary, out);
  AddReward(summary, out);
  AddGoals(summary, out);
  AddBudget(summary, out);
  AddPoints(summary, out);
  AddPublished(summary, out);
  out["failures"] = summary.failures;
  out["failure_reasons"] = FailuresToJson(summary.failure_kinds);
  return out;
}

}  // namespace lode::core

// The formats for programs: CSV and JSON.
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/compare/comparison_words.h"
#include "core/compare/render_comparison.h"
#include "core/report/csv_table.h"
#include "core/report/summary_json.h"

namespace lode::core {
namespace {

using nlohmann::json;

json IntervalToJson(const std::optional<Interval>& interval) {
  return interval ? json::array({interval->low, interval->high}) : json();
}

// Infinite ones, which were never reached, are null.
json QuartilesToJson(const std::optional<Quartiles>& quartiles) {
  if (!quartiles) { return {}; }
  json values = json::array();
  for (const double value : {quartiles->lower, quartiles->median, quartiles->upper}) {
    values.push_back(std::isfinite(value) ? json(value) : json());
  }
  return values;
}

json VerdictToJson(const TaskComparison& of, const PairResult& pair) {
  switch (pair.verdict) {
    case Verdict::kFirstBetter:
      return of.task.methods[pair.first].name;
    case Verdict::kSecondBetter:
      return of.task.methods[pair.second].name;
    default:
      return {};
  }
}

json PointToJson(const TaskComparison& of, const MethodPoint& point) {
  json out{{"method", of.task.methods[point.method].name},
           {"budget", point.budget},
           {"runs", point.runs},
           {"arrived", point.arrived},
           {"seeds", point.seeds},
           {"values", point.values},
           {"quartiles", QuartilesToJson(point.quartiles)},
           {"best", StatisticToJson(point.value)},
           {"interval", IntervalToJson(point.interval)},
           {"area", StatisticToJson(point.area)},
           {"rank", point.rank ? json(*point.rank) : json()}};
  if (of.task.target) {
    out["regret"] = StatisticToJson(point.regret);
    out["reached"] = point.hits;
  }
  return out;
}

json PairToJson(const TaskComparison& of, const PairResult& pair) {
  const bool is_tested = pair.verdict != Verdict::kUntested;
  return {{"first", of.task.methods[pair.first].name},
          {"second", of.task.methods[pair.second].name},
          {"budget", pair.budget},
          {"test", is_tested ? json(TestName(pair)) : json()},
          {"seeds", pair.seeds},
          {"difference", pair.seeds > 0 ? json(pair.difference) : json()},
          {"interval", IntervalToJson(pair.interval)},
          {"a", pair.seeds > 0 ? json(pair.larger) : json()},
          {"p", is_tested ? json(pair.p) : json()},
          {"p_holm", is_tested ? json(pair.adjusted) : json()},
          {"better", VerdictToJson(of, pair)}};
}

json RankingToJson(const std::optional<Ranking>& ranking) {
  if (!ranking) { return {}; }
  json ranks = json::object(), groups = json::array();
  for (std::size_t i = 0; i < ranking->methods.size(); ++i) {
    ranks[ranking->methods[i]] = ranking->test.mean_ranks[i];
  }
  for (const auto& group : ranking->groups) {
    json& names = groups.emplace_back(json::array());
    for (const std::size_t i : group) { names.push_back(ranking->methods[i]); }
  }
  return {{"tasks", ranking->tasks},
          {"blocks", ranking->blocks},
          {"ranks", ranks},
          {"friedman", ranking->test.statistic},
          {"p", ranking->test.p},
          {"critical_difference", ranking->methods.size() > 2 ? json(ranking->difference) : json()},
          {"groups", groups}};
}

json TaskToJson(const TaskComparison& of) {
  json out{{"title", of.task.title},
           {"metric", of.task.metric.name},
           {"area_start", of.area_start},
           {"points", json::array()},
           {"methods", json::array()},
           {"pairs", json::array()},
           {"ranking", RankingToJson(of.ranking)}};
  out["target"] = of.task.target ? json(*of.task.target) : json();
  out["target_is_optimum"] = of.task.target_is_optimum;
  for (const MethodPoint& point : of.points) { out["points"].push_back(PointToJson(of, point)); }
  for (std::size_t m = 0; m < of.totals.size(); ++m) {
    const MethodTotals& totals = of.totals[m];
    out["methods"].push_back({{"name", of.task.methods[m].name},
                              {"runs", of.task.methods[m].runs.size()},
                              {"reached", of.task.target ? json(totals.hits) : json()},
                              {"until_target", QuartilesToJson(totals.until_target)},
                              {"wall_seconds", StatisticToJson(totals.seconds)},
                              {"step_seconds", totals.step_seconds}});
  }
  for (const PairResult& pair : of.pairs) { out["pairs"].push_back(PairToJson(of, pair)); }
  return out;
}

std::string Cell(const json& value) {
  return value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump();
}

// Sets the cells NAME_0, ... of the values that are known.
class ComparisonTable {
 public:
  explicit ComparisonTable(const Comparison& comparison) : unit_(comparison.settings.axis) {
    for (const char* name : {"row", "task", "unit", "budget", "method", "other"}) {
      table_.AddColumn(name);
    }
  }

  void Begin(const char* row, const std::string& task) {
    table_.BeginRow();
    table_.Set("row", row);
    table_.Set("task", task);
    table_.Set("unit", std::string(WordOf(unit_)));
  }
  void Set(const std::string& column, const json& value) { table_.Set(column, Cell(value)); }
  void SetStatistic(const std::string& name, const json& statistic) {
    Set(name, statistic.at("mean"));
    Set(name + "_std", statistic.at("std"));
  }
  // `names`: of the columns for the elements of an array; null stands for an empty one.
  void SetEach(std::initializer_list<const char*> names, const json& values) {
    std::size_t i = 0;
    for (const char* name : names) { Set(name, values.is_null() ? json() : values.at(i++)); }
  }
  std::string Text() const { return table_.Text(); }

 private:
  const Axis unit_;
  CsvTable table_;
};

void AddPoint(const json& point, ComparisonTable& table) {
  table.Set("budget", point.at("budget"));
  table.Set("method", point.at("method"));
  table.Set("runs", point.at("runs"));
  table.Set("seeds", point.at("values").size());
  table.SetEach({"lower_quartile", "median", "upper_quartile"}, point.at("quartiles"));
  table.SetStatistic("mean", point.at("best"));
  table.SetEach({"interval_low", "interval_high"}, point.at("interval"));
  if (point.contains("regret")) {
    table.SetStatistic("regret", point.at("regret"));
    table.Set("reached", point.at("reached"));
  }
  table.SetStatistic("area", point.at("area"));
  table.Set("rank", point.at("rank"));
}

void AddTotal(const json& method, ComparisonTable& table) {
  table.Set("method", method.at("name"));
  table.Set("runs", method.at("runs"));
  table.Set("reached", method.at("reached"));
  table.SetEach({"until_lower_quartile", "until_median", "until_upper_quartile"},
                method.at("until_target"));
  table.SetStatistic("wall_seconds", method.at("wall_seconds"));
  table.Set("step_seconds", method.at("step_seconds"));
}

void AddPair(const json& pair, ComparisonTable& table) {
  table.Set("budget", pair.at("budget"));
  table.Set("method", pair.at("first"));
  table.Set("other", pair.at("second"));
  table.Set("seeds", pair.at("seeds"));
  table.SetEach({"interval_low", "interval_high"}, pair.at("interval"));
  for (const char* name : {"difference", "test", "a", "p", "p_holm", "better"}) {
    table.Set(name, pair.at(name));
  }
}

void AddRanking(const json& ranking, const std::string& task, ComparisonTable& table) {
  if (ranking.is_null()) { return; }
  for (const auto& [method, rank] : ranking.at("ranks").items()) {
    table.Begin("rank", task);
    table.Set("method", method);
    table.Set("seeds", ranking.at("blocks"));
    table.Set("rank", rank);
    table.Set("critical_difference", ranking.at("critical_difference"));
    table.Set("p", ranking.at("p"));
  }
  std::size_t number = 0;
  for (const json& group : ranking.at("groups")) {
    ++number;
    for (const json& method : group) {
      table.Begin("group", task);
      table.Set("method", method);
      table.Set("group", number);
    }
  }
}

}  // namespace

json ComparisonToJson(const Comparison& comparison) {
  const ComparisonSettings& settings = comparison.settings;
  json out{{"unit", WordOf(settings.axis)},
           {"budgets", settings.budgets},
           {"alpha", settings.alpha},
           {"baseline", settings.baseline ? json(*settings.baseline) : json()},
           {"tasks", json::array()},
           {"ranking", RankingToJson(comparison.overall)},
           {"remarks", comparison.remarks}};
  for (const TaskComparison& of : comparison.tasks) { out["tasks"].push_back(TaskToJson(of)); }
  return out;
}

std::string ComparisonCsv(const Comparison& comparison) {
  const json all = ComparisonToJson(comparison);
  ComparisonTable table(comparison);
  for (const json& task : all.at("tasks")) {
    const std::string title = task.at("title");
    for (const json& point : task.at("points")) {
      table.Begin("point", title);
      AddPoint(point, table);
    }
    for (const json& method : task.at("methods")) {
      table.Begin("total", title);
      AddTotal(method, table);
    }
    for (const json& pair : task.at("pairs")) {
      table.Begin("pair", title);
      AddPair(pair, table);
    }
    AddRanking(task.at("ranking"), title, table);
  }
  AddRanking(all.at("ranking"), "all", table);
  for (const json& remark : all.at("remarks")) {
    table.Begin("remark", "all");
    table.Set("remark", remark);
  }
  return table.Text();
}

}  // namespace lode::core

#include "core/compare/compare_runs.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "core/compare/comparison_words.h"
#include "core/compare/read_curve.h"
#include "core/compare/sorted_searches.h"
#include "core/compare/task_settings.h"
#include "core/plugin/error.h"
#include "core/plugin/text.h"
#include "core/report/words.h"
#include "core/search/metric_index.h"

namespace lode::core {
namespace {

// Throws if no two searches have a task in common.
void RequireComparable(const std::vector<GivenSearch>& searches, const SortedSearches& sorted) {
  if (searches.size() < 2) {
    throw HostError("a comparison needs at least two searches with ended runs, and there " +
                    std::string(searches.empty() ? "is none" : "is only " + sorted.names.front()));
  }
  for (std::size_t i = 0; i < sorted.tasks.size(); ++i) {
    if (sorted.CountOf(i) > 1) { return; }
  }
  const bool is_one_store = searches[0].from == searches[1].from;
  const auto name = [&](std::size_t i) {
    if (sorted.names[i] != sorted.names[1 - i]) { return sorted.names[i]; }
    return (is_one_store ? searches[i].directories.front().parent_path() : searches[i].from->path)
        .string();
  };
  throw HostError("not comparable: " +
                  DescribeDifference(sorted.tasks[0], name(0), sorted.tasks[1], name(1)));
}

Axis CommonAxis(const std::vector<GivenSearch>& searches, const SortedSearches& sorted) {
  const Axis first = AxisOf(searches.front().pipeline().budget);
  for (std::size_t i = 1; i < searches.size(); ++i) {
    const Axis other = AxisOf(searches[i].pipeline().budget);
    if (other != first) {
      throw HostError("not comparable as they are: the budget of " + sorted.names.front() +
                      " counts " + std::string(UnitName(first)) + ", that of " + sorted.names[i] +
                      " " + std::string(UnitName(other)) + "; --by " + std::string(WordOf(first)) +
                      " or --by " + std::string(WordOf(other)) + " says what to compare by");
    }
  }
  return first;
}

std::size_t ComparedMetric(const GivenSearch& search, const std::string& name) {
  const auto& metrics = search.result->metrics;
  const std::size_t at =
      name.empty() ? RewardMetricIndex(*search.result) : MetricIndex(metrics, name);
  if (at < metrics.size()) { return at; }
  std::vector<std::string> names;
  std::ranges::transform(metrics, std::back_inserter(names), &MetricDeclaration::name);
  throw HostError(search.from->path.string() + ": has no metric '" + name + "'" +
                  DidYouMean(name, names));
}

ComparedMethod ReadMethod(const GivenSearch& search, std::string name, std::size_t metric,
                          Axis axis) {
  ComparedMethod method{std::move(name), {}};
  for (std::size_t i = 0; i < search.result->runs.size(); ++i) {
    const RunResult& run = search.result->runs[i];
    method.runs.push_back(
        {run.seed, ReadCurve(search.directories[i], run, search.pipeline(), metric, axis),
         run.seconds, run.steps, run.ending == Ending::kBudget || run.ending == Ending::kStalled});
  }
  return method;
}

// Tasks may have the same title, but never the same settings.
void Distinguish(const std::vector<std::vector<TaskSetting>>& settings,
                 std::vector<ComparedTask>& tasks) {
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const auto same = std::ranges::find(tasks, tasks[i].title, &ComparedTask::title);
    const auto first = static_cast<std::size_t>(same - tasks.begin());
    if (first == i) { continue; }
    for (const auto& [path, value] : settings[i]) {
      const bool is_shared =
          std::ranges::find(settings[first], TaskSetting(path, value)) != settings[first].end();
      if (!is_shared) { tasks[i].title.append(", ").append(path).append(" = ").append(value); }
    }
  }
}

// Reads the searches of each task that has several.
class Reader {
 public:
  Reader(const GivenRuns& given, const CompareOptions& options, const SortedSearches& sorted,
         Axis axis)
      : searches_(given.searches()), options_(options), sorted_(sorted), axis_(axis) {}

  std::vector<ComparedTask> Read() {
    std::vector<std::vector<TaskSetting>> settings;
    std::vector<ComparedTask> tasks;
    for (std::size_t i = 0; i < sorted_.tasks.size(); ++i) {
      if (sorted_.CountOf(i) < 2) { continue; }
      tasks.push_back(ReadTask(i));
      settings.push_back(sorted_.tasks[i]);
    }
    Distinguish(settings, tasks);
    return tasks;
  }

 private:
  ComparedTask ReadTask(std::size_t number) const {
    ComparedTask task;
    for (std::size_t i = 0; i < searches_.size(); ++i) {
      if (sorted_.task_of[i] != number) { continue; }
      const std::size_t metric = ComparedMetric(searches_[i], options_.metric);
      if (task.methods.empty()) { Describe(searches_[i], metric, task); }
      task.methods.push_back(ReadMethod(searches_[i], sorted_.names[i], metric, axis_));
    }
    return task;
  }

  // An optimum that breaks a limit is not one.
  void Describe(const GivenSearch& search, std::size_t metric, ComparedTask& task) const {
    task.metric = search.result->metrics[metric];
    task.title = TaskTitle(search, task.metric);
    const bool is_known = search.pipeline().reward.limits.empty() && task.metric.optimum;
    task.target_is_optimum = !options_.target && is_known;
    task.target = options_.target ? options_.target : is_known ? task.metric.optimum : std::nullopt;
  }

  const std::vector<GivenSearch>& searches_;
  const CompareOptions& options_;
  const SortedSearches& sorted_;
  const Axis axis_;
};

// Returns where the first run ends that was neither exhausted before nor failed; if all were
// exhausted, where the last one ends.
double CommonEnd(const std::vector<GivenSearch>& searches, const std::vector<ComparedTask>& tasks,
                 Axis axis) {
  double end = std::numeric_limits<double>::infinity(), last = 0;
  for (const GivenSearch& search : searches) {
    const BudgetConfig& budget = search.pipeline().budget;
    if (AxisOf(budget) == axis) { end = std::min(end, static_cast<double>(budget.end())); }
  }
  for (const ComparedTask& task : tasks) {
    for (const ComparedMethod& method : task.methods) {
      for (const ComparedRun& run : method.runs) {
        const double spent = std::floor(run.curve.spent);
        if (run.is_complete && !run.curve.exhausted) { end = std::min(end, spent); }
        if (run.is_complete) { last = std::max(last, spent); }
      }
    }
  }
  return std::isinf(end) ? last : end;
}

std::vector<double> CommonMarks(const std::vector<GivenSearch>& searches, Axis axis) {
  std::vector<double> marks;
  for (const std::uint64_t mark : searches.front().pipeline().budget.marks) {
    const bool is_common = std::ranges::all_of(searches, [&](const GivenSearch& search) {
      const BudgetConfig& budget = search.pipeline().budget;
      return AxisOf(budget) == axis && std::ranges::find(budget.marks, mark) != budget.marks.end();
    });
    if (is_common) { marks.push_back(static_cast<double>(mark)); }
  }
  return marks;
}

std::vector<double> BudgetsOf(const std::vector<GivenSearch>& searches,
                              const std::vector<ComparedTask>& tasks, Axis axis) {
  const double end = CommonEnd(searches, tasks, axis);
  if (!(end > 0)) {
    throw HostError("no " + std::string(UnitName(axis)) +
                    " that all runs have spent; --at says where to compare");
  }
  std::vector<double> budgets = CommonMarks(searches, axis);
  std::erase_if(budgets, [&](double mark) { return mark >= end; });
  budgets.push_back(end);
  return budgets;
}

// Returns the name that `baseline`, with or without the mark of what it began with, has in all
// tasks.
std::string BaselineOf(const std::string& baseline, const std::vector<ComparedTask>& tasks) {
  std::string found;
  for (const ComparedTask& task : tasks) {
    std::vector<std::string> names;
    std::ranges::transform(task.methods, std::back_inserter(names), &ComparedMethod::name);
    const auto at = std::ranges::find_if(names, [&](const std::string& name) {
      return name == baseline || name.starts_with(baseline + ", ");
    });
    if (at == names.end()) {
      throw HostError("--baseline " + baseline + ": is no method of " + task.title +
                      DidYouMean(baseline, names));
    }
    found = *at;
  }
  return found;
}

std::vector<std::string> Remarks(const GivenRuns& given, const SortedSearches& sorted, Axis axis) {
  std::vector<std::string> remarks;
  for (const std::string& line : given.unfinished()) { remarks.push_back("left out: " + line); }
  for (std::size_t i = 0; i < given.searches().size(); ++i) {
    const GivenSearch& search = given.searches()[i];
    if (sorted.CountOf(sorted.task_of[i]) < 2) {
      const auto& metric = search.result->metrics[RewardMetricIndex(*search.result)];
      remarks.push_back("left out: nothing else searched what " + sorted.names[i] +
                        " did: " + TaskTitle(search, metric));
    }
    for (const std::string& remark : RemarksOn(*search.result, sorted.names[i], axis)) {
      if (std::ranges::find(remarks, remark) == remarks.end()) { remarks.push_back(remark); }
    }
  }
  return remarks;
}

}  // namespace

Comparison CompareRuns(const GivenRuns& given, const CompareOptions& options) {
  const std::vector<GivenSearch>& searches = given.searches();
  const SortedSearches sorted = SortSearches(searches);
  RequireComparable(searches, sorted);
  const Axis axis = options.axis ? *options.axis : CommonAxis(searches, sorted);
  std::vector<ComparedTask> tasks = Reader(given, options, sorted, axis).Read();
  ComparisonSettings settings{.axis = axis, .budgets = options.budgets, .alpha = options.alpha};
  if (settings.budgets.empty()) { settings.budgets = BudgetsOf(searches, tasks, axis); }
  if (!options.baseline.empty()) { settings.baseline = BaselineOf(options.baseline, tasks); }
  Comparison comparison = Compare(std::move(tasks), settings);
  comparison.remarks = Remarks(given, sorted, axis);
  return comparison;
}

}  // namespace lode::core

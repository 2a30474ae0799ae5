#include "core/compare/comparison.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "core/compare/rank_tests.h"

namespace lode::core {
namespace {

constexpr double kLevel = 0.95;  // of intervals

// Values of which larger ones are better.
std::vector<double> Oriented(std::vector<double> values, lode_direction direction) {
  if (direction == LODE_MINIMIZE) {
    for (double& value : values) { value = -value; }
  }
  return values;
}

bool AreEnough(std::size_t seeds) { return seeds >= kFewestSeeds; }

// Returns where all curves that ever have a value have one.
double CommonStart(const ComparedTask& task) {
  double start = 0;
  for (const ComparedMethod& method : task.methods) {
    for (const ComparedRun& run : method.runs) {
      if (!run.curve.improvements.empty()) { start = std::max(start, run.curve.start()); }
    }
  }
  return start;
}

Statistic RegretOf(const std::vector<double>& values, double target) {
  std::vector<double> regrets;
  std::ranges::transform(values, std::back_inserter(regrets),
                         [&](double value) { return std::abs(target - value); });
  return StatisticOf(regrets);
}

std::size_t HitsOf(const std::vector<double>& values, double target, lode_direction direction) {
  return static_cast<std::size_t>(std::ranges::count_if(
      values, [&](double value) { return IsAsGood(value, target, direction); }));
}

Statistic AreaOf(const ComparedMethod& method, double start, double budget) {
  std::vector<double> areas;
  for (const ComparedRun& run : method.runs) {
    if (start >= budget) { break; }
    if (const auto area = run.curve.MeanOver(start, budget)) { areas.push_back(*area); }
  }
  return StatisticOf(areas);
}

MethodPoint PointOf(const TaskComparison& of, std::size_t method, double budget,
                    std::size_t resamples) {
  const ComparedTask& task = of.task;
  MethodPoint point{.method = method, .budget = budget};
  point.runs = task.methods[method].runs.size();
  for (const ComparedRun& run : task.methods[method].runs) {
    point.arrived += run.curve.HasReached(budget) ? 1 : 0;
    if (const auto value = run.curve.At(budget)) {
      point.values.push_back(*value);
      point.seeds.push_back(run.seed);
    }
  }
  point.value = StatisticOf(point.values);
  if (point.values.empty()) { return point; }
  point.quartiles = QuartilesOf(point.values);
  if (AreEnough(point.values.size())) {
    point.interval = BootstrapMean(point.values, kLevel, resamples);
  }
  if (task.target) {
    point.regret = RegretOf(point.values, *task.target);
    point.hits = HitsOf(point.values, *task.target, task.metric.direction);
  }
  point.area = AreaOf(task.methods[method], of.area_start, budget);
  return point;
}

// The differences of pairs are resampled as pairs.
Interval DifferenceOf(const MethodPoint& first, const MethodPoint& second, bool paired,
                      std::size_t resamples) {
  if (!paired) { return BootstrapDifference(first.values, second.values, kLevel, resamples); }
  std::vector<double> differences;
  for (std::size_t i = 0; i < first.values.size(); ++i) {
    differences.push_back(first.values[i] - second.values[i]);
  }
  return BootstrapMean(differences, kLevel, resamples);
}

PairResult PairOf(const MethodPoint& first, const MethodPoint& second, lode_direction direction,
                  std::size_t resamples) {
  PairResult pair{.first = first.method, .second = second.method, .budget = first.budget};
  pair.seeds = std::min(first.values.size(), second.values.size());
  pair.paired = first.seeds == second.seeds;
  if (pair.seeds == 0) { return pair; }
  const std::vector<double> a = Oriented(first.values, direction),
                            b = Oriented(second.values, direction);
  pair.difference = first.value.mean - second.value.mean;
  pair.larger = ProbabilityOfLarger(a, b);
  if (!AreEnough(pair.seeds)) { return pair; }
  pair.interval = DifferenceOf(first, second, pair.paired, resamples);
  const TestResult test = pair.paired ? WilcoxonSignedRank(a, b) : MannWhitney(a, b);
  pair.p = test.p;
  pair.smallest = pair.paired ? SmallestPaired(a.size()) : SmallestUnpaired(a.size(), b.size());
  pair.verdict = test.effect > 0   ? Verdict::kFirstBetter
                 : test.effect < 0 ? Verdict::kSecondBetter
                                   : Verdict::kNoDifference;
  return pair;
}

// Corrects all tests of a task together, and keeps the verdicts that are significant.
void Correct(std::vector<PairResult>& pairs, double alpha) {
  std::vector<double> ps;
  for (const PairResult& pair : pairs) {
    if (pair.verdict != Verdict::kUntested) { ps.push_back(pair.p); }
  }
  const std::vector<double> adjusted = HolmAdjusted(ps);
  auto at = adjusted.begin();
  for (PairResult& pair : pairs) {
    if (pair.verdict == Verdict::kUntested) { continue; }
    pair.adjusted = *at++;
    if (pair.adjusted > alpha) { pair.verdict = Verdict::kNoDifference; }
  }
}

// The methods' points at one budget.
std::span<const MethodPoint> PointsAt(const TaskComparison& task, std::size_t budget) {
  const std::size_t methods = task.task.methods.size();
  return std::span(task.points).subspan(budget * methods, methods);
}

// Returns a block for each seed, or nothing if the seeds of the points differ or are too few.
std::vector<std::vector<double>> BlocksOf(std::span<const MethodPoint* const> points,
                                          lode_direction direction) {
  const std::vector<std::uint64_t>& seeds = points.front()->seeds;
  const bool are_same =
      std::ranges::all_of(points, [&](const MethodPoint* p) { return p->seeds == seeds; });
  if (!are_same || !AreEnough(seeds.size())) { return {}; }
  std::vector<std::vector<double>> blocks(seeds.size());
  for (const MethodPoint* point : points) {
    const std::vector<double> values = Oriented(point->values, direction);
    for (std::size_t i = 0; i < values.size(); ++i) { blocks[i].push_back(values[i]); }
  }
  return blocks;
}

Ranking RankingOf(std::vector<std::string> methods, const std::vector<std::vector<double>>& blocks,
                  std::size_t tasks, double alpha) {
  Ranking ranking{.methods = std::move(methods), .tasks = tasks, .blocks = blocks.size()};
  ranking.test = FriedmanTest(blocks);
  if (ranking.methods.size() < 3) { return ranking; }
  ranking.difference = NemenyiDifference(ranking.methods.size(), blocks.size(), alpha);
  if (ranking.test.p <= alpha) {
    ranking.groups = GroupsWithin(ranking.test.mean_ranks, ranking.difference);
  }
  return ranking;
}

std::vector<std::string> NamesOf(const ComparedTask& task) {
  std::vector<std::string> names;
  for (const ComparedMethod& method : task.methods) { names.push_back(method.name); }
  return names;
}

std::vector<const MethodPoint*> Pointers(std::span<const MethodPoint> points) {
  std::vector<const MethodPoint*> pointers;
  for (const MethodPoint& point : points) { pointers.push_back(&point); }
  return pointers;
}

// Ranks the methods at each budget, and keeps the ranking at the last one.
void RankMethods(TaskComparison& of, const ComparisonSettings& settings) {
  const std::size_t methods = of.task.methods.size();
  for (std::size_t b = 0; b < settings.budgets.size(); ++b) {
    const auto blocks = BlocksOf(Pointers(PointsAt(of, b)), of.task.metric.direction);
    of.ranking.reset();
    if (blocks.empty()) { continue; }
    of.ranking = RankingOf(NamesOf(of.task), blocks, 1, settings.alpha);
    for (std::size_t m = 0; m < methods; ++m) {
      of.points[b * methods + m].rank = of.ranking->test.mean_ranks[m];
    }
  }
}

bool IsWanted(const ComparedTask& task, std::size_t first, std::size_t second,
              const std::optional<std::string>& baseline) {
  return !baseline || task.methods[first].name == *baseline ||
         task.methods[second].name == *baseline;
}

// The baseline is the second of its pairs.
void ComparePairs(TaskComparison& of, const ComparisonSettings& settings) {
  const ComparedTask& task = of.task;
  for (std::size_t b = 0; b < settings.budgets.size(); ++b) {
    const auto points = PointsAt(of, b);
    for (std::size_t i = 0; i < points.size(); ++i) {
      for (std::size_t j = i + 1; j < points.size(); ++j) {
        if (!IsWanted(task, i, j, settings.baseline)) { continue; }
        const bool is_first = settings.baseline && task.methods[i].name == *settings.baseline;
        of.pairs.push_back(PairOf(points[is_first ? j : i], points[is_first ? i : j],
                                  task.metric.direction, settings.resamples));
      }
    }
  }
  Correct(of.pairs, settings.alpha);
}

MethodTotals TotalsOf(const ComparedTask& task, const ComparedMethod& method, double budget) {
  MethodTotals totals;
  std::vector<double> seconds, spent;
  double all_seconds = 0, all_steps = 0;
  for (const ComparedRun& run : method.runs) {
    seconds.push_back(run.seconds);
    all_seconds += run.seconds;
    all_steps += static_cast<double>(run.steps);
    if (!task.target) { continue; }
    const auto until = run.curve.SpentUntil(*task.target, task.metric.direction, budget);
    totals.hits += until ? 1 : 0;
    spent.push_back(until.value_or(std::numeric_limits<double>::infinity()));
  }
  if (!spent.empty()) { totals.until_target = QuartilesOf(std::move(spent)); }
  totals.seconds = StatisticOf(seconds);
  totals.step_seconds = all_steps > 0 ? all_seconds / all_steps : 0;
  return totals;
}

TaskComparison CompareTask(ComparedTask task, const ComparisonSettings& settings) {
  TaskComparison of{std::move(task)};
  of.area_start = CommonStart(of.task);
  for (const double budget : settings.budgets) {
    for (std::size_t m = 0; m < of.task.methods.size(); ++m) {
      of.points.push_back(PointOf(of, m, budget, settings.resamples));
    }
  }
  RankMethods(of, settings);
  ComparePairs(of, settings);
  for (const ComparedMethod& method : of.task.methods) {
    of.totals.push_back(TotalsOf(of.task, method, settings.budgets.back()));
  }
  return of;
}

// Returns the names that every task has, in the order of the first task.
std::vector<std::string> CommonNames(const std::vector<TaskComparison>& tasks) {
  std::vector<std::string> names = NamesOf(tasks.front().task);
  for (const TaskComparison& of : tasks) {
    std::erase_if(names, [&](const std::string& name) {
      return std::ranges::count(of.task.methods, name, &ComparedMethod::name) == 0;
    });
  }
  return names;
}

std::vector<const MethodPoint*> PointsOf(const TaskComparison& of,
                                         const std::vector<std::string>& names,
                                         std::size_t budget) {
  std::vector<const MethodPoint*> points;
  const auto all = PointsAt(of, budget);
  for (const std::string& name : names) {
    const auto at = std::ranges::find(of.task.methods, name, &ComparedMethod::name);
    points.push_back(&all[static_cast<std::size_t>(at - of.task.methods.begin())]);
  }
  return points;
}

std::optional<Ranking> OverallRanking(const std::vector<TaskComparison>& tasks,
                                      const ComparisonSettings& settings) {
  const std::vector<std::string> names = CommonNames(tasks);
  if (tasks.size() < 2 || names.size() < 2) { return std::nullopt; }
  std::vector<std::vector<double>> all;
  for (const TaskComparison& of : tasks) {
    const auto blocks =
        BlocksOf(PointsOf(of, names, settings.budgets.size() - 1), of.task.metric.direction);
    if (blocks.empty()) { return std::nullopt; }
    all.insert(all.end(), blocks.begin(), blocks.end());
  }
  return RankingOf(names, all, tasks.size(), settings.alpha);
}

}  // namespace

Comparison Compare(std::vector<ComparedTask> tasks, const ComparisonSettings& settings) {
  Comparison comparison{settings, {}};
  for (ComparedTask& task : tasks) {
    comparison.tasks.push_back(CompareTask(std::move(task), settings));
  }
  comparison.overall = OverallRanking(comparison.tasks, settings);
  return comparison;
}

}  // namespace lode::core

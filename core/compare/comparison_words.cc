#include "core/compare/comparison_words.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <tuple>

#include "core/compare/ranks.h"
#include "core/plugin/text.h"
#include "core/report/search_words.h"
#include "core/report/words.h"

namespace lode::core {
namespace {

using Align = WordTable::Align;

constexpr std::size_t kMostPairs = 40;  // that are shown for several budgets

// Differences between good methods are small, so they have more digits than other tables.
std::string ValueText(const MetricDeclaration& metric, double value) {
  return Printed(metric.unit == "count"     ? "%.0f"
                 : metric.unit == "percent" ? "%.3f"
                                            : "%.4f",
                 value);
}

std::string SpentText(double spent) { return std::isinf(spent) ? "never" : Printed("%.0f", spent); }

std::string SpreadText(const MetricDeclaration& metric, const Statistic& statistic) {
  if (statistic.count == 0) { return "-"; }
  return ValueText(metric, statistic.mean) +
         (statistic.std ? " ± " + ValueText(metric, *statistic.std) : "");
}

std::string IntervalText(const MetricDeclaration& metric, const std::optional<Interval>& interval) {
  return interval ? ValueText(metric, interval->low) + " to " + ValueText(metric, interval->high)
                  : "-";
}

std::string PText(double p) { return p < 0.0001 ? "< 0.0001" : Printed("%.4f", p); }

std::string PercentText(double share) { return Printed("%.3g", 100 * share) + " %"; }

// Thresholds of Vargha and Delaney.
std::string_view SizeName(double larger) {
  const double distance = std::abs(larger - 0.5);
  return distance < 0.06   ? "negligible"
         : distance < 0.14 ? "small"
         : distance < 0.21 ? "medium"
                           : "large";
}

std::string OutOf(std::size_t some, std::size_t all) {
  return std::to_string(some) + (some < all ? " of " + std::to_string(all) : "");
}

// "the optimum", or "91.500" that the caller asked for.
std::string TargetName(const ComparedTask& task) {
  return task.target_is_optimum ? "the optimum" : ValueText(task.metric, *task.target);
}

// Returns the positions of points at a budget, the best method first.
std::vector<std::size_t> BestFirst(const TaskComparison& of, double budget) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < of.points.size(); ++i) {
    if (of.points[i].budget == budget) { order.push_back(i); }
  }
  const double sign = of.task.metric.direction == LODE_MINIMIZE ? 1 : -1;
  std::ranges::stable_sort(order, {}, [&](std::size_t i) {
    const MethodPoint& point = of.points[i];
    const bool is_empty = point.values.empty();
    return std::tuple(is_empty, point.rank.value_or(0), is_empty ? 0 : sign * point.value.mean);
  });
  return order;
}

std::vector<std::string> PointRow(const TaskComparison& of, const MethodPoint& point) {
  const MetricDeclaration& metric = of.task.metric;
  const std::size_t count = point.values.size();
  std::vector<std::string> row{SpentText(point.budget), of.task.methods[point.method].name,
                               OutOf(count, point.runs)};
  row.push_back(point.quartiles ? ValueText(metric, point.quartiles->median) + " (" +
                                      ValueText(metric, point.quartiles->lower) + " to " +
                                      ValueText(metric, point.quartiles->upper) + ")"
                                : "-");
  row.push_back(SpreadText(metric, point.value));
  row.push_back(IntervalText(metric, point.interval));
  if (of.task.target) {
    row.push_back(SpreadText(metric, point.regret));
    row.push_back(count == 0
                      ? "-"
                      : PercentText(static_cast<double>(point.hits) / static_cast<double>(count)));
  }
  row.push_back(point.area.count > 0 ? ValueText(metric, point.area.mean) : "-");
  row.push_back(point.rank ? Printed("%.2f", *point.rank) : "-");
  return row;
}

// Returns "after 300 unique queries".
std::string WhereText(const Comparison& comparison) {
  return "after " + SpentText(comparison.settings.budgets.back()) + " " +
         std::string(UnitName(comparison.settings.axis));
}

std::string UntilText(const Quartiles& until) {
  if (std::isinf(until.lower)) { return SpentText(until.lower); }
  return SpentText(until.median) + " (" + SpentText(until.lower) + " to " + SpentText(until.upper) +
         ")";
}

TitledTable MethodsTable(const Comparison& comparison, const TaskComparison& of) {
  const std::string unit(UnitName(comparison.settings.axis));
  TitledTable titled{"the best " + of.task.metric.name + " over seeds, by budget in " + unit +
                         (of.task.target ? "; regret: distance from " + TargetName(of.task) : "") +
                         "\n",
                     {{{unit},
                       {"method", Align::kLeft},
                       {"seeds"},
                       {"median (quartiles)"},
                       {"mean ± sd"},
                       {"95 % interval"}}}};
  auto& columns = titled.table.columns;
  if (of.task.target) { columns.insert(columns.end(), {{"regret"}, {"reached"}}); }
  columns.insert(columns.end(), {{"area"}, {"rank"}});
  for (const double budget : comparison.settings.budgets) {
    for (const std::size_t i : BestFirst(of, budget)) {
      titled.table.rows.push_back(PointRow(of, of.points[i]));
    }
  }
  return titled;
}

TitledTable TotalsTable(const Comparison& comparison, const TaskComparison& of) {
  const std::string unit(UnitName(comparison.settings.axis));
  TitledTable titled{"wall time", {{{"method", Align::kLeft}}}};
  auto& columns = titled.table.columns;
  if (of.task.target) {
    titled.heading = unit + " until " + TargetName(of.task) + ", " + WhereText(comparison) +
                     " at most, over all seeds; wall time";
    columns.insert(columns.end(), {{"seeds that reached it"}, {"median (quartiles)"}});
  }
  titled.heading += " where the runs were made\n";
  columns.insert(columns.end(), {{"s a run"}, {"ms a step"}});
  for (std::size_t m = 0; m < of.totals.size(); ++m) {
    const MethodTotals& totals = of.totals[m];
    std::vector<std::string> row{of.task.methods[m].name};
    if (totals.until_target) {
      row.push_back(OutOf(totals.hits, of.task.methods[m].runs.size()));
      row.push_back(UntilText(*totals.until_target));
    }
    row.push_back(Printed("%.3g", totals.seconds.mean) +
                  (totals.seconds.std ? " ± " + Printed("%.2g", *totals.seconds.std) : ""));
    row.push_back(Printed("%.3g", 1000 * totals.step_seconds));
    titled.table.rows.push_back(std::move(row));
  }
  return titled;
}

std::size_t CountTests(const TaskComparison& of) {
  return static_cast<std::size_t>(std::ranges::count_if(
      of.pairs, [](const PairResult& pair) { return pair.verdict != Verdict::kUntested; }));
}

std::vector<std::string> PairRow(const TaskComparison& of, const PairResult& pair) {
  const MetricDeclaration& metric = of.task.metric;
  const bool is_tested = pair.verdict != Verdict::kUntested;
  return {SpentText(pair.budget),
          of.task.methods[pair.first].name,
          of.task.methods[pair.second].name,
          pair.seeds > 0 ? ValueText(metric, pair.difference) : "-",
          IntervalText(metric, pair.interval),
          pair.seeds > 0 ? Printed("%.2f", pair.larger) + " " + std::string(SizeName(pair.larger))
                         : "-",
          is_tested ? std::string(TestName(pair)) : "-",
          is_tested ? PText(pair.p) : "-",
          is_tested ? PText(pair.adjusted) : "-",
          VerdictText(of, pair)};
}

// Shows the pairs of the last budget only if there are many.
TitledTable PairsTable(const Comparison& comparison, const TaskComparison& of) {
  const auto& budgets = comparison.settings.budgets;
  const bool shows_all = of.pairs.size() <= kMostPairs || budgets.size() == 1;
  const std::size_t tests = CountTests(of);
  TitledTable titled{
      "differences of the means, the first less the second; " +
          (tests == 0 ? "not tested"
                      : "Holm: p corrected for the " + CountText(tests, "test") + " of this task") +
          "\n",
      {{{std::string(UnitName(comparison.settings.axis))},
        {"first", Align::kLeft},
        {"second", Align::kLeft},
        {"difference"},
        {"95 % interval"},
        {"A", Align::kLeft},
        {"test", Align::kLeft},
        {"p"},
        {"Holm"},
        {"", Align::kLeft}}}};
  for (const PairResult& pair : of.pairs) {
    if (shows_all || pair.budget == budgets.back()) {
      titled.table.rows.push_back(PairRow(of, pair));
    }
  }
  if (!shows_all) {
    titled.notes =
        "only the last budget is shown; JSON and CSV have all, and --baseline NAME "
        "compares with one method only\n";
  }
  return titled;
}

std::string JoinNames(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) { text += (text.empty() ? "" : ", ") + name; }
  return text;
}

std::string GroupText(const Ranking& ranking, const std::vector<std::size_t>& group) {
  std::vector<std::string> names;
  std::ranges::transform(group, std::back_inserter(names),
                         [&](std::size_t i) { return ranking.methods[i]; });
  return JoinNames(names);
}

std::string RanksText(const Ranking& ranking) {
  std::vector<std::string> ranks;
  std::ranges::transform(
      AscendingOrder(ranking.test.mean_ranks), std::back_inserter(ranks), [&](std::size_t i) {
        return ranking.methods[i] + " " + Printed("%.2f", ranking.test.mean_ranks[i]);
      });
  return JoinNames(ranks);
}

std::string BlocksText(const Ranking& ranking) {
  return ranking.tasks == 1 ? CountText(ranking.blocks, "seed")
                            : CountText(ranking.tasks, "task") + " with " +
                                  std::to_string(ranking.blocks) + " seeds in all";
}

// `where`: "after 300 unique queries".
std::vector<std::string> RankingNotes(const Ranking& ranking, const std::string& where) {
  std::vector<std::string> notes{"Mean ranks " + where + ", over " + BlocksText(ranking) + ": " +
                                 RanksText(ranking) + "."};
  if (ranking.methods.size() < 3) { return notes; }
  notes.push_back("Friedman's test that some method differs: p " +
                  std::string(ranking.test.p < 0.0001 ? "" : "= ") + PText(ranking.test.p) +
                  "; critical difference of two mean ranks (Nemenyi): " +
                  Printed("%.2f", ranking.difference) + ".");
  for (const auto& group : ranking.groups) {
    notes.push_back("No significant difference within: " + GroupText(ranking, group) + ".");
  }
  return notes;
}

// Says which methods have too few values: once if it is so at all budgets alike.
std::vector<std::string> FewSeedsNotes(const TaskComparison& of, const std::string& unit) {
  std::vector<std::string> notes;
  for (const MethodPoint& point : of.points) {
    if (point.values.size() >= kFewestSeeds) { continue; }
    const bool is_always = std::ranges::all_of(of.points, [&](const MethodPoint& other) {
      return other.method != point.method || other.values.size() == point.values.size();
    });
    const std::string where = is_always ? "" : " after " + SpentText(point.budget) + " " + unit;
    const std::string note = of.task.methods[point.method].name + " has " +
                             CountText(point.values.size(), "seed") + where +
                             ": too few (fewer than " + std::to_string(kFewestSeeds) +
                             ") for intervals, tests and ranks.";
    if (std::ranges::find(notes, note) == notes.end()) { notes.push_back(note); }
  }
  return notes;
}

// Says if no outcome could have been significant.
std::vector<std::string> PowerNotes(const TaskComparison& of, double alpha) {
  const auto tests = static_cast<double>(CountTests(of));
  double smallest = 1;
  for (const PairResult& pair : of.pairs) {
    if (pair.verdict != Verdict::kUntested) { smallest = std::min(smallest, pair.smallest); }
  }
  if (tests == 0 || smallest * tests <= alpha) { return {}; }
  return {"So few seeds cannot show a difference at " + PercentText(alpha) +
          ": the smallest p that they can give, " + PText(smallest) +
          (tests > 1 ? ", times " + Printed("%.0f", tests) + " tests" : "") + ", is above it."};
}

std::vector<std::string> UnrankedNotes(const TaskComparison& of) {
  const bool are_few = std::ranges::any_of(
      of.points, [](const MethodPoint& p) { return p.values.size() < kFewestSeeds; });
  if (of.ranking || are_few) { return {}; }
  return {
      "The methods have different seeds: there are no mean ranks, and those pairs are tested as "
      "independent samples (Mann-Whitney)."};
}

// What the tables of all tasks have in common.
ComparisonSection Legend(const Comparison& comparison) {
  const std::string unit(UnitName(comparison.settings.axis));
  const bool has_target = std::ranges::any_of(
      comparison.tasks, [](const TaskComparison& of) { return of.task.target.has_value(); });
  ComparisonSection legend{"how to read the tables"};
  legend.notes = {
      "Values are the best of each seed when it had spent the budget, over the seeds that had one: "
      "median with quartiles, mean ± sample standard deviation, 95 % bootstrap interval of the "
      "mean. Area: mean of the best over all " +
      unit + " up to there. Rank: mean over the seeds, 1 the best."};
  if (has_target) {
    legend.notes.push_back(
        "Regret: mean ± sample standard deviation of the distance. Reached: share of these seeds "
        "at distance 0 or better. A quartile is never if too few seeds got there.");
  }
  legend.notes.push_back(
      "A: probability that a seed of the first is better than one of the second, half of ties "
      "(Vargha and Delaney). Tests are two-sided, over the seeds: paired (Wilcoxon) where both "
      "methods have the same ones. A method is called better if Holm's p is at most " +
      FormatNumber(comparison.settings.alpha) + ": at most " +
      PercentText(comparison.settings.alpha) + " of such tables call one better that is not.");
  return legend;
}

ComparisonSection SectionOf(const Comparison& comparison, const TaskComparison& of) {
  ComparisonSection section{of.task.title};
  section.tables = {MethodsTable(comparison, of), TotalsTable(comparison, of),
                    PairsTable(comparison, of)};
  const auto add = [&](std::vector<std::string> notes) {
    section.notes.insert(section.notes.end(), notes.begin(), notes.end());
  };
  if (of.ranking) { add(RankingNotes(*of.ranking, WhereText(comparison))); }
  add(FewSeedsNotes(of, std::string(UnitName(comparison.settings.axis))));
  add(UnrankedNotes(of));
  add(PowerNotes(of, comparison.settings.alpha));
  return section;
}

std::size_t CountEndings(const SearchResult& result, Ending first, Ending second) {
  return static_cast<std::size_t>(std::ranges::count_if(result.runs, [&](const RunResult& run) {
    return run.ending == first || run.ending == second;
  }));
}

std::string SeedsOf(std::size_t some, const SearchResult& result, const std::string& name) {
  return std::to_string(some) + " of " + CountText(result.runs.size(), "seed") + " of " + name;
}

}  // namespace

std::string_view UnitName(Axis axis) {
  constexpr std::array<std::string_view, 4> kNames = {"steps", "unique queries", "full evaluations",
                                                      "simulated seconds"};
  return kNames[static_cast<std::size_t>(axis)];
}

std::vector<std::string> RemarksOn(const SearchResult& result, const std::string& name, Axis axis) {
  std::vector<std::string> remarks;
  if (const auto failed = CountEndings(result, Ending::kFailed, Ending::kInterrupted)) {
    remarks.push_back(SeedsOf(failed, result, name) +
                      " failed, and have no values after what they had spent.");
  }
  if (const auto stalled = CountEndings(result, Ending::kStalled, Ending::kStalled)) {
    remarks.push_back(SeedsOf(stalled, result, name) +
                      " had nothing more to propose or to find: their best stands from there on.");
  }
  if (result.search->pipeline.reward.takes_last()) {
    remarks.push_back(name + " has its last architecture's values, not those of its best.");
  }
  const bool is_confirmed =
      std::ranges::any_of(result.runs, [](const RunResult& run) { return run.confirmations > 0; });
  if (is_confirmed) {
    remarks.push_back(name +
                      " measures the leading architectures again at the end: only there is its "
                      "best the confirmed one.");
  }
  const bool has_fidelities = std::ranges::any_of(
      result.runs, [](const RunResult& run) { return run.full_evaluations.has_value(); });
  if (has_fidelities && (axis == Axis::kSteps || axis == Axis::kUniqueQueries)) {
    remarks.push_back(name + " chooses fidelities, so that some of its " +
                      std::string(UnitName(axis)) +
                      " cost a part of an evaluation; --by full_evaluations or --by "
                      "simulated_seconds counts what they cost.");
  }
  if (std::ranges::any_of(result.runs, &RunResult::computed) && axis == Axis::kUniqueQueries) {
    remarks.push_back(name + " asks only formulas: its unique queries are distinct architectures.");
  }
  if (const std::string start = DescribeStart(result); !start.empty()) {
    const bool is_free = result.search->pipeline.start.has_known_trials();
    remarks.push_back(
        name + " does not compare as it is with methods that start from nothing: " + start +
        ", and what " +
        (is_free ? "known trials cost is not counted." : "found them is not counted."));
  }
  if (const auto workers = result.search->pipeline.execution.workers; workers > 1) {
    remarks.push_back(name + " has " + std::to_string(workers) +
                      " evaluations under way at once, and learns their results later than one "
                      "by one.");
  }
  return remarks;
}

std::string_view TestName(const PairResult& pair) {
  return pair.paired ? "Wilcoxon" : "Mann-Whitney";
}

std::string VerdictText(const TaskComparison& of, const PairResult& pair) {
  switch (pair.verdict) {
    case Verdict::kFirstBetter:
      return of.task.methods[pair.first].name + " is better";
    case Verdict::kSecondBetter:
      return of.task.methods[pair.second].name + " is better";
    case Verdict::kNoDifference:
      return "no difference";
    default:
      return "-";
  }
}

std::vector<ComparisonSection> SectionsOf(const Comparison& comparison) {
  std::vector<ComparisonSection> sections;
  for (const TaskComparison& of : comparison.tasks) {
    sections.push_back(SectionOf(comparison, of));
  }
  if (comparison.overall) {
    sections.push_back(
        {"all tasks together", {}, RankingNotes(*comparison.overall, WhereText(comparison))});
  }
  sections.push_back(Legend(comparison));
  if (!comparison.remarks.empty()) { sections.push_back({"remarks", {}, comparison.remarks}); }
  return sections;
}

}  // namespace lode::core

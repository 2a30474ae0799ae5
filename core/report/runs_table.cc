// The table of a search's runs.
#include <algorithm>
#include <functional>

#include "core/plugin/text.h"
#include "core/report/result_words.h"
#include "core/report/search_words.h"
#include "core/report/words.h"
#include "core/search/failures.h"
#include "core/store/result_json.h"

namespace lode::core {
namespace {

constexpr std::size_t kShownReasons = 8;  // of failures

struct RunColumn {
  WordTable::Column column;
  std::function<std::string(const RunResult&)> cell;
};
using RunColumns = std::vector<RunColumn>;

RunColumn BestColumn(WordTable::Column column, std::function<std::string(const BestTrial&)> cell) {
  return {std::move(column),
          [cell = std::move(cell)](const RunResult& r) { return r.best ? cell(*r.best) : "-"; }};
}

template <class Count>
RunColumn CountColumn(const char* title, Count RunResult::*field) {
  return {{title}, [field](const RunResult& r) { return std::to_string(r.*field); }};
}

void AddMetrics(const SearchSummary& summary, RunColumns& columns) {
  const std::vector<MetricDeclaration>& metrics = summary.result->metrics;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    columns.push_back(BestColumn({metrics[i].name}, [&metric = metrics[i], i](const auto& best) {
      return FormatMetric(metric, best.metrics[i]);
    }));
  }
}

std::string ResultWord(const SearchSummary& summary) {
  return std::string(WordOf(summary.pipeline().reward.result));
}

// Adds columns that show how reliable the means of noisy metrics are.
void AddScatter(const SearchSummary& summary, RunColumns& columns) {
  if (!summary.is_noisy || summary.pipeline().reward.takes_last()) { return; }
  const int decimals = DecimalsOf(summary.metric()) + 1;
  columns.push_back(BestColumn({"std. error"}, [decimals](const auto& best) {
    return best.standard_error ? FormatStatistic({1, *best.standard_error, {}}, decimals) : "-";
  }));
  columns.push_back(
      BestColumn({"measured"}, [](const auto& best) { return std::to_string(best.measurements); }));
}

// Adds the step and the fidelity of the best and how many are as good.
void AddPlace(const SearchSummary& summary, RunColumns& columns) {
  if (summary.has_fidelities) {
    columns.push_back(
        BestColumn({"at fidelity"}, [](const auto& best) { return FormatNumber(best.fidelity); }));
  }
  columns.push_back(
      BestColumn({"at step"}, [](const auto& best) { return std::to_string(best.step); }));
  if (summary.has_ties) {
    columns.push_back(BestColumn({"ties"}, [](const auto& best) { return TiesText(best.ties); }));
  }
}

bool HasWarmStart(const SearchSummary& summary) {
  return std::ranges::any_of(summary.result->runs,
                             [](const RunResult& run) { return run.warm_start.has_value(); });
}

// Adds what the runs knew before, and whether that has the best.
void AddKnown(const SearchSummary& summary, RunColumns& columns) {
  if (!HasWarmStart(summary)) { return; }
  columns.push_back(
      BestColumn({"was known"}, [](const auto& best) { return best.known ? "yes" : "no"; }));
  columns.push_back({{"known trials"}, [](const RunResult& run) {
                       return run.warm_start ? std::to_string(run.warm_start->trials) : "-";
                     }});
  columns.push_back({{"best known"},
                     [&metric = summary.metric(), i = summary.reward_metric](const RunResult& run) {
                       return run.warm_start && run.warm_start->best
                                  ? FormatMetric(metric, run.warm_start->best->metrics[i])
                                  : "-";
                     }});
}

void AddCounts(const SearchSummary& summary, RunColumns& columns) {
  columns.push_back(CountColumn("steps", &RunResult::steps));
  columns.push_back(
      CountColumn(summary.is_computed ? "distinct" : "unique", &RunResult::unique_queries));
  if (summary.has_fidelities) {
    columns.push_back({{"full evaluations"}, [](const auto& r) {
                         return Printed("%.2f", r.full_evaluations.value_or(0));
                       }});
  }
  if (summary.is_noisy) {
    columns.push_back(CountColumn("evaluations", &RunResult::evaluations));
    columns.push_back(CountColumn("confirming", &RunResult::confirmations));
  }
  columns.push_back(CountColumn("failed", &RunResult::failures));
  if (summary.has_costs) {
    columns.push_back(
        {{"simulated s"}, [](const auto& r) { return Printed("%.0f", r.cost_seconds); }});
  }
  const RewardConfig& reward = summary.pipeline().reward;
  if (!reward.limits.empty() && reward.limit_rule == LimitRule::kRejection) {
    columns.push_back(CountColumn("rejected", &RunResult::rejections));
  }
}

void AddFront(const SearchSummary& summary, RunColumns& columns) {
  if (summary.goals.size() < 2) { return; }
  columns.push_back({{"front"}, [](const auto& r) { return std::to_string(r.front.size()); }});
  if (summary.goals.reference()) {
    columns.push_back({{"hypervolume"}, [](const auto& r) {
                         return r.hypervolume ? Printed("%.5g", *r.hypervolume) : "-";
                       }});
  }
}

RunColumns ColumnsOfRuns(const SearchSummary& summary) {
  RunColumns columns{{{"seed"}, [](const auto& r) { return std::to_string(r.seed); }}};
  AddMetrics(summary, columns);
  AddScatter(summary, columns);
  AddPlace(summary, columns);
  AddKnown(summary, columns);
  AddCounts(summary, columns);
  AddFront(summary, columns);
  columns.push_back({{"seconds"}, [](const auto& r) { return Printed("%.2f", r.seconds); }});
  columns.push_back(
      BestColumn({ResultWord(summary) + " architecture", WordTable::Align::kLeft},
                 [](const auto& best) { return best.architecture; }));  // the last: it may be long
  return columns;
}

// Returns the row below the runs: the optimum of the reward's metric.
std::vector<std::string> OptimumRow(const SearchSummary& summary, std::size_t columns) {
  std::vector<std::string> row(columns);
  row[0] = "optimum";
  row[1 + summary.reward_metric] = FormatMetric(summary.metric(), *summary.optimum);
  return row;
}

// Explains the columns that not every table has.
std::string ExplainColumns(const SearchSummary& summary) {
  std::string text;
  if (summary.optimum) {
    text += "optimum: the best " + summary.metric().name +
            " of all architectures that the oracle has\n";
  }
  if (summary.pipeline().reward.takes_last()) {
    text += "metrics: those of each search's last architecture\n";
  }
  if (summary.is_noisy && !summary.pipeline().reward.takes_last()) {
    text += "metrics: means over the measurements of the architecture; std. error: of " +
            summary.metric().name + "; the best has the best lower confidence bound\n";
  }
  if (HasWarmStart(summary)) {
    text +=
        "known trials: measured before the run, told to the optimizer first, and no part of its "
        "counts and its best; best known: " +
        summary.metric().name +
        " of their best; was known: the run proposed one of them again, and that is its best\n";
  }
  if (summary.has_ties) {
    text +=
        "ties: how many other architectures have the reward of the best; the one found first is "
        "shown\n";
  }
  return text;
}

// Returns ", 3 seeds", " (8 of 10 seeds got there)" or " (8 of 10 seeds got there, 7 found
// something)".
std::string SeedsAt(const BudgetPoint& point, std::size_t all) {
  if (point.best.count == all) { return ", " + CountText(all, "seed"); }
  std::string text =
      " (" + std::to_string(point.reached) + " of " + CountText(all, "seed") + " got there";
  if (point.best.count < point.reached) {
    text += ", " + std::to_string(point.best.count) + " found something";
  }
  return text + ")";
}

std::string MeanText(const SearchSummary& summary, const Statistic& best) {
  return FormatStatistic(best, DecimalsOf(summary.metric())) + Legend(best);
}

// Returns "accuracy of the best after 100 steps, 3 seeds: 73.07 ± 0.49 (mean ± ...)\n" for each
// point.
std::string DescribePoints(const SearchSummary& summary) {
  std::string text;
  for (const BudgetPoint& point : summary.points) {
    text += summary.metric().name + " of the " + ResultWord(summary) + " after " +
            PointName(summary, point) + SeedsAt(point, summary.result->runs.size()) + ": " +
            MeanText(summary, point.best) + "\n";
  }
  return text;
}

// Runs that ended at different points have no common mean.
std::string DescribeEarlyBests(const SearchSummary& summary) {
  const EarlyRuns& early = summary.early;
  std::string text = DescribeEarlyRuns(summary);
  if (early.best.count > 0) {
    text += "; " + summary.metric().name + (early.count == 1 ? " of its " : " of their ") +
            ResultWord(summary) + ": " + MeanText(summary, early.best);
  }
  return text.empty() ? "" : text + "\n";
}

// Returns "8 failed: CUDA out of memory (7), time-out (1)\n" for all runs together.
std::string DescribeFailures(const SearchSummary& summary) {
  const std::string text = FormatFailures(summary.failures, summary.failure_kinds, kShownReasons);
  return text.empty() ? "" : text + "\n";
}

}  // namespace

std::string DescribeEarlyRuns(const SearchSummary& summary) {
  const EarlyRuns& early = summary.early;
  if (early.count == 0) { return ""; }
  const std::size_t all = summary.result->runs.size();
  const std::string of = early.count == all ? "" : std::to_string(early.count) + " of ";
  return of + CountText(all, "seed") + " ended after " + RangeText(early.least, early.most) +
         " of " + std::to_string(summary.pipeline().budget.end()) + " " + BudgetUnit(summary);
}

std::string DescribeEndings(const SearchSummary& summary) {
  std::string text;
  for (std::size_t i = 0; i < summary.result->runs.size(); ++i) {
    const RunResult& run = summary.result->runs[i];
    const bool by_budget = run.ending == Ending::kBudget;
    if (by_budget && summary.spent[i]) { continue; }
    text += "seed " + std::to_string(run.seed) + " " + std::string(EndingName(run.ending));
    text += by_budget            ? ": the optimizer had nothing more to propose\n"
            : run.reason.empty() ? "\n"
                                 : ": " + run.reason + "\n";
  }
  return text;
}

TitledTable RunsTable(const SearchSummary& summary) {
  const RunColumns columns = ColumnsOfRuns(summary);
  WordTable table;
  std::ranges::transform(columns, std::back_inserter(table.columns), &RunColumn::column);
  for (const RunResult& run : summary.result->runs) {
    std::vector<std::string>& row = table.rows.emplace_back();
    std::ranges::transform(columns, std::back_inserter(row),
                           [&run](const RunColumn& column) { return column.cell(run); });
  }
  if (summary.optimum) { table.rows.push_back(OptimumRow(summary, columns.size())); }
  return {summary.pipeline().name + ": " + DescribeSearch(summary) + "\n", std::move(table),
          ExplainColumns(summary) + DescribePoints(summary) + DescribeEarlyBests(summary) +
              DescribeFailures(summary)};
}

}  // namespace lode::core

// What the ended runs of a search came to, in numbers. With standings.h and stage_comparison.h,
// this is everything that tables, files and pages show of results: words (words.h, search_words.h,
// result_words.h) phrase it, renderers (render_*.h) lay it out, and neither computes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"
#include "core/report/points.h"
#include "core/report/statistics.h"
#include "core/search/pareto.h"
#include "core/search/search_result.h"
#include "core/search/trial.h"

namespace lode::core {

// What the ended runs of one search came to together. Points into their SearchResult, which
// outlives it.
struct SearchSummary {
  // REQUIRES: the result has runs, and the metrics of its reward.
  explicit SearchSummary(const SearchResult& of);

  const SearchResult* result;
  std::size_t reward_metric;      // position in result->metrics
  std::optional<double> optimum;  // of the reward's metric (points.h)

  std::vector<BudgetPoint> points;  // marks and end, as far as some run reached them
  BudgetPoint end;                  // also if no run reached it
  std::vector<BudgetPoint> others;  // of other metrics, next to which figures were published
  EarlyRuns early;
  std::vector<bool> spent;  // for each run: whether it has spent its budget

  std::uint64_t failures;                  // failed trials of all runs
  std::vector<FailureKind> failure_kinds;  // of all runs together, the most frequent first

  Goals goals;
  std::vector<FrontTrial> front;  // of all runs together, the first goal's best first; empty if
                                  // there is one goal
  Statistic hypervolume;          // of the runs' fronts, over those that have one

  bool is_noisy;        // architectures were measured repeatedly
  bool is_computed;     // some run asked formulas only, so its counts are not queries
  bool has_ties;        // a best has ties
  bool has_costs;       // oracles reported simulated seconds
  bool has_fidelities;  // the optimizer chose the fidelities of evaluations

  const Search& search() const { return *result->search; }
  const Pipeline& pipeline() const { return result->search->pipeline; }
  const MetricDeclaration& metric() const { return result->metrics[reward_metric]; }
};

std::vector<SearchSummary> Summarize(std::span<const SearchResult> results);

}  // namespace lode::core

#include "core/report/search_words.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/plugin/text.h"
#include "core/report/words.h"

namespace lode::core {
namespace {

std::string DescribeLimit(const LimitConfig& limit) {
  std::string text = limit.metric;
  text += limit.min ? " >= " + FormatNumber(*limit.min) : "";
  text += limit.min && limit.max ? " and" : "";
  return text + (limit.max ? " <= " + FormatNumber(*limit.max) : "");
}

// Returns ", goals predicted_accuracy, macs", or "" if the pipeline states none.
std::string DescribeGoals(const RewardConfig& reward) {
  std::string text;
  for (const GoalConfig& goal : reward.goals) {
    text += (text.empty() ? ", goals " : ", ") + goal.metric;
  }
  return text;
}

// REQUIRES: there is a count.
std::string Range(const std::vector<std::uint64_t>& counts) {
  const auto [least, most] = std::ranges::minmax(counts);
  return RangeText(least, most);
}

// Returns "warm start: 50 known trials from runs/a".
std::string DescribeKnownTrials(const SearchResult& result) {
  const StartConfig& start = result.search->pipeline.start;
  std::vector<std::uint64_t> told, left_out;
  for (const RunResult& run : result.runs) {
    if (!run.warm_start) { continue; }
    told.push_back(run.warm_start->trials);
    left_out.push_back(run.warm_start->left_out);
  }
  std::string text =
      "warm start: " + (told.empty() ? "" : Range(told) + " ") + "known trials from ";
  text += start.warm_start.string();
  text += start.warm_start.empty() || start.trials.empty() ? "" : " and ";
  text += start.trials.string();
  const bool all_told = std::ranges::count(left_out, 0u) == std::ssize(left_out);
  return all_told ? text : text + " (" + Range(left_out) + " left out)";
}

}  // namespace

std::string DescribeLimits(const RewardConfig& reward) {
  std::string text;
  for (const LimitConfig& limit : reward.limits) {
    text += (text.empty() ? ", limits " : ", ") + DescribeLimit(limit);
  }
  if (text.empty()) { return text; }
  text += " by " + std::string(WordOf(reward.limit_rule));
  if (reward.limit_rule == LimitRule::kPenalty) {
    text += " (" + std::string(WordOf(reward.penalty)) + ", weight " +
            FormatNumber(reward.penalty_weight) + ")";
  }
  return text;
}

std::string DescribeReward(const RewardConfig& reward) {
  std::string text = reward.scale == 1 ? "" : FormatNumber(reward.scale) + " ";
  text += std::string(WordOf(reward.transform)) + " of " + reward.metric;
  for (const TermConfig& term : reward.add) {
    text +=
        (term.weight < 0 ? " - " : " + ") + FormatNumber(std::abs(term.weight)) + " " + term.metric;
  }
  return text;
}

std::string StartMark(const StartConfig& start) {
  std::string mark = start.has_known_trials() ? ", warm start" : "";
  if (!start.architectures.empty()) { mark += ", given architectures"; }
  return mark;
}

std::string OptimizerName(const ComponentConfig& optimizer, const StartConfig& start) {
  return optimizer.id + (optimizer.preset.empty() ? "" : " (" + optimizer.preset + ")") +
         StartMark(start);
}

std::string DescribeStart(const SearchResult& result) {
  const StartConfig& start = result.search->pipeline.start;
  std::string text = start.has_known_trials() ? DescribeKnownTrials(result) : "";
  if (!start.architectures.empty()) {
    text += text.empty() ? "" : ", ";
    text += CountText(start.architectures.size(), "given architecture") + " first";
  }
  return text;
}

std::string DescribeMetric(const MetricDeclaration& m) {
  std::string text = m.unit;
  if (m.split != LODE_SPLIT_NONE) {
    text += (text.empty() ? "" : "; ") + std::string(SplitName(m.split)) + " split";
    text += m.dataset.empty() ? "" : " of " + m.dataset;
  }
  if (m.epochs > 0) { text += ", " + FormatNumber(m.epochs) + " epochs"; }
  return text;
}

std::string PublishedText(const ReferenceConfig& reference) {
  const auto std = reference.std > 0 ? std::optional(reference.std) : std::nullopt;
  const bool is_count = reference.mean >= 1000 && reference.mean == std::floor(reference.mean);
  return FormatStatistic({1, reference.mean, std}, is_count ? 0 : kDecimals);
}

std::string BudgetUnit(const SearchSummary& summary) {
  const BudgetConfig& budget = summary.pipeline().budget;
  if (budget.steps) { return "steps"; }
  return budget.unique_queries     ? QueryUnit(summary.is_computed)
         : budget.full_evaluations ? "full evaluations"
                                   : "simulated s";
}

std::string DescribeBudget(const SearchSummary& summary) {
  const BudgetConfig& budget = summary.pipeline().budget;
  std::string text;
  const auto add = [&](const std::optional<std::uint64_t>& limit, const std::string& unit) {
    if (limit) { text += (text.empty() ? "" : " or ") + std::to_string(*limit) + " " + unit; }
  };
  add(budget.steps, "steps");
  add(budget.unique_queries, QueryUnit(summary.is_computed));
  add(budget.full_evaluations, "full evaluations");
  add(budget.simulated_seconds, "simulated s");
  if (summary.is_noisy) { add(summary.pipeline().search_evaluations(), "evaluations"); }
  return text;
}

std::string PointName(const SearchSummary& summary, const BudgetPoint& point) {
  return point.mark ? std::to_string(*point.mark) + " " + BudgetUnit(summary)
                    : DescribeBudget(summary);
}

std::string DescribeSearch(const SearchSummary& summary) {
  const Pipeline& p = summary.pipeline();
  const std::string metric = DescribeMetric(summary.metric());
  const std::string start = DescribeStart(*summary.result);
  return OptimizerName(p.optimizer, {}) + " on " + p.space.id + ", reward " +
         DescribeReward(p.reward) + (metric.empty() ? "" : " (" + metric + ")") +
         DescribeLimits(p.reward) + DescribeGoals(p.reward) + ", budget " +
         DescribeBudget(summary) + (start.empty() ? "" : ", " + start);
}

}  // namespace lode::core

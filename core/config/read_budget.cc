// The tables [budget] and [confirm].
#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "core/config/pipeline_tables.h"
#include "core/config/resolve_steps.h"

namespace lode::core {
namespace {

// A limit given with --set replaces the file's limits of other kinds.
void PreferCommandLine(const WrittenPipeline& written, BudgetConfig& budget) {
  const auto is_new = [&](const char* key) { return written.IsFromCommandLine("budget", key); };
  const std::pair<const char*, std::optional<std::uint64_t>*> limits[] = {
      {"steps", &budget.steps},
      {"unique_queries", &budget.unique_queries},
      {"full_evaluations", &budget.full_evaluations},
      {"simulated_seconds", &budget.simulated_seconds}};
  const bool any = std::ranges::any_of(
      limits, [&](const auto& limit) { return *limit.second && is_new(limit.first); });
  for (const auto& [key, limit] : limits) {
    if (any && !is_new(key)) { limit->reset(); }
  }
  if (any && !is_new("evaluations")) {
    budget.evaluations.reset();  // it belongs to the file's limits
  }
}

void ReadMarks(const WrittenPipeline& written, BudgetConfig& budget) {
  if (std::ranges::adjacent_find(budget.marks, std::ranges::greater_equal()) !=
      budget.marks.end()) {
    written.diagnostics.Add(written.PositionOf("budget", "marks"), "'marks' must ascend");
  }
  // A search that is shorter than in the file does not reach these points.
  std::erase_if(budget.marks, [&](std::uint64_t mark) { return mark > budget.end(); });
}

}  // namespace

BudgetConfig ReadBudget(const WrittenPipeline& written) {
  const std::size_t mistakes = written.diagnostics.size();
  BudgetConfig budget;
  written.Read(BudgetTable(), budget);
  PreferCommandLine(written, budget);
  if (budget.is_limited()) {
    ReadMarks(written, budget);
  } else if (written.diagnostics.size() == mistakes) {
    written.diagnostics.Add(written.PositionOf("budget"),
                            "[budget] needs 'steps', 'unique_queries', 'full_evaluations' or "
                            "'simulated_seconds'");
  }
  return budget;
}

ConfirmConfig ReadConfirm(const WrittenPipeline& written, const BudgetConfig& budget) {
  ConfirmConfig confirm;
  written.Read(ConfirmTable(), confirm);
  const auto limit = budget.evaluation_limit();
  if (confirm.repeats > 0 && limit && confirm.evaluations() >= *limit) {
    written.diagnostics.Add(written.PositionOf("confirm", "repeats"),
                            "[confirm] candidates * repeats is " +
                                std::to_string(confirm.evaluations()) + ", and [budget] has " +
                                std::to_string(*limit) +
                                " evaluations: nothing would be left to search with");
  }
  return confirm;
}

}  // namespace lode::core

#include <string>

#include "core/config/resolve_steps.h"

namespace lode::core {

void CheckResult(const WrittenPipeline& written, const Pipeline& pipeline) {
  if (pipeline.reward.result == ResultRule::kBest) { return; }
  const auto add = [&](const char* table, const char* key, const std::string& mistake) {
    written.diagnostics.Add(written.PositionOf(table, key),
                            mistake + ", and result = \"last\" in [reward] takes the last trial");
  };
  if (!pipeline.reward.goals.empty()) {
    add("reward", "goals", "'goals' keep the front of all trials");
  }
  if (pipeline.confirm.repeats > 0) {
    add("confirm", "repeats", "[confirm] chooses among the best trials");
  }
  if (pipeline.budget.stop_after_no_improvement) {
    add("budget", "stop_after_no_improvement",
        "'stop_after_no_improvement' waits for a better one");
  }
}

}  // namespace lode::core

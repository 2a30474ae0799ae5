#include "core/report/best_runs.h"

#include <algorithm>
#include <cstddef>
#include <string>

namespace lode::core {
namespace {

std::string KeyOf(const RewardConfig& reward) {
  std::string key(WordOf(reward.transform));
  const auto add = [&key](const std::string& text) { key += "\n" + text; };
  add(FormatValue(reward.reference));
  add(FormatValue(reward.scale));
  for (const TermConfig& term : reward.add) { add(term.metric + FormatValue(term.weight)); }
  for (const LimitConfig& limit : reward.limits) {
    add(limit.metric + (limit.min ? FormatValue(*limit.min) : "") + ":" +
        (limit.max ? FormatValue(*limit.max) : ""));
  }
  add(std::string(WordOf(reward.limit_rule)));
  return key;
}

// Returns a key. Searches with the same key have comparable rewards.
std::string KeyOf(const SearchResult& result) {
  const Pipeline& pipeline = result.search->pipeline;
  const MetricDeclaration& metric = result.metrics[RewardMetricIndex(result)];
  std::string key = pipeline.space.id + "\n" + metric.name + "\n" + metric.dataset + "\n" +
                    std::to_string(metric.split) + "\n" + FormatValue(metric.epochs) + "\n" +
                    KeyOf(pipeline.reward);
  for (const Value& value : pipeline.space.values) { key += "\n" + FormatValue(value); }
  return key;
}

}  // namespace

const RunResult* BestRunOf(const SearchResult& result) {
  const RunResult* best = nullptr;
  for (const RunResult& run : result.runs) {
    if (run.best && (best == nullptr || run.best->reward > best->best->reward)) { best = &run; }
  }
  return best;
}

std::vector<BestRun> BestRuns(const std::vector<SearchResult>& results) {
  std::vector<std::string> keys;
  std::vector<BestRun> bests;
  for (const SearchResult& result : results) {
    const std::string key = KeyOf(result);
    const auto group = static_cast<std::size_t>(std::ranges::find(keys, key) - keys.begin());
    if (group == keys.size()) {
      keys.push_back(key);
      bests.push_back({nullptr, nullptr});
    }
    const RunResult* run = BestRunOf(result);
    BestRun& best = bests[group];
    if (run != nullptr && (best.run == nullptr || run->best->reward > best.run->best->reward)) {
      best = {&result, run};
    }
  }
  std::erase_if(bests, [](const BestRun& best) { return best.run == nullptr; });
  return bests;
}

}  // namespace lode::core

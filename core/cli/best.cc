#include "core/cli/best.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "core/cli/shell_word.h"
#include "core/plugin/declaration.h"
#include "core/report/summary.h"
#include "core/search/search_result.h"

namespace lode::cli {
namespace {

const core::MetricDeclaration& RewardMetricOf(const core::SearchResult& result) {
  return result.metrics[core::RewardMetricIndex(result)];
}

std::string KeyOf(const core::RewardConfig& reward) {
  std::string key(core::WordOf(reward.transform));
  const auto add = [&key](const std::string& text) { key += "\n" + text; };
  add(core::FormatValue(reward.reference));
  add(core::FormatValue(reward.scale));
  for (const core::TermConfig& term : reward.add) {
    add(term.metric + core::FormatValue(term.weight));
  }
  for (const core::LimitConfig& limit : reward.limits) {
    add(limit.metric + (limit.min ? core::FormatValue(*limit.min) : "") + ":" +
        (limit.max ? core::FormatValue(*limit.max) : ""));
  }
  add(std::string(core::WordOf(reward.limit_rule)));
  return key;
}

// Returns a key. Searches with the same key have comparable rewards.
std::string KeyOf(const core::SearchResult& result) {
  const core::Pipeline& pipeline = result.search->pipeline;
  const core::MetricDeclaration& metric = RewardMetricOf(result);
  std::string key = pipeline.space.id + "\n" + metric.name + "\n" + metric.dataset + "\n" +
                    std::to_string(metric.split) + "\n" + core::FormatValue(metric.epochs) + "\n" +
                    KeyOf(pipeline.reward);
  for (const core::Value& value : pipeline.space.values) {
    key += "\n" + core::FormatValue(value);
  }
  return key;
}

void Consider(const core::SearchResult& result, const core::RunResult& run, BestRun& best) {
  if (run.best && (best.run == nullptr || run.best->reward > best.run->best->reward)) {
    best = {&result, &run};
  }
}

}  // namespace

std::string BestRun::Text() const {
  const std::size_t metric = core::RewardMetricIndex(*result);
  return result->metrics[metric].name + " " +
         core::FormatMetric(result->metrics[metric], run->best->metrics[metric]);
}

std::vector<BestRun> BestOf(const std::vector<core::SearchResult>& results) {
  std::vector<std::string> keys;
  std::vector<BestRun> bests;
  for (const core::SearchResult& result : results) {
    const std::string key = KeyOf(result);
    const auto known = std::ranges::find(keys, key);
    const auto group = static_cast<std::size_t>(known - keys.begin());
    if (known == keys.end()) {
      keys.push_back(key);
      bests.push_back({nullptr, nullptr});
    }
    for (const core::RunResult& run : result.runs) {
      Consider(result, run, bests[group]);
    }
  }
  std::erase_if(bests, [](const BestRun& best) { return best.run == nullptr; });
  return bests;
}

std::string ShowCommand(const core::Search& search, const core::Catalog& catalog,
                        const std::string& architecture,
                        const std::vector<std::filesystem::path>& plugins) {
  const core::ComponentConfig& space = search.pipeline.space;
  std::string command = "lode";
  std::vector<std::filesystem::path> all = plugins;
  std::ranges::copy(search.pipeline.plugins, std::back_inserter(all));
  for (const std::filesystem::path& plugin : all) {
    command += " --plugin " + ShellWord(plugin.string());
  }
  command += " show " + space.id + " " + ShellWord(architecture);
  const auto& params = catalog.Find(LODE_SPACE, space.id)->params;
  for (std::size_t i = 0; i < std::min(params.size(), space.values.size()); ++i) {
    if (space.values[i] != params[i].default_value) {
      command += " --set " + ShellWord(params[i].name + "=" + core::FormatValue(space.values[i]));
    }
  }
  return command;
}

}  // namespace lode::cli

#include "core/compare/task_settings.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/plugin/text.h"
#include "core/report/search_words.h"
#include "core/store/configuration_change.h"
#include "core/store/input_files.h"
#include "core/store/run_directory.h"

namespace lode::core {
namespace {

using Settings = std::vector<TaskSetting>;

// Takes the parameters from the run's own file, because their components may not be loaded.
void AddComponents(const GivenSearch& search, Settings& settings) {
  const std::filesystem::path& run = search.directories.front();
  const nlohmann::json inputs = InputsIn(run);
  const bool is_one = search.pipeline().oracles.size() == 1;
  for (const ConfigurationLine& line : LinesOf(ReadFile(run / kPipelineFile))) {
    const std::string table(line.table_name());
    if (table != "space" && table != "oracle") { continue; }
    const bool is_numbered = table == "oracle" && !is_one;
    settings.emplace_back(
        table + (is_numbered ? "." + std::to_string(line.number - 1) : "") + "." + line.key,
        ContentOr(std::string(line.value()), inputs));
  }
}

void AddMetric(const MetricDeclaration& metric, Settings& settings) {
  settings.emplace_back("reward.metric", metric.name);
  settings.emplace_back("the split", std::string(SplitName(metric.split)));
  settings.emplace_back("the data", metric.dataset);
  settings.emplace_back("the number of epochs", FormatNumber(metric.epochs));
}

// Returns ">= 10 and <= 20" or one of the two.
std::string Bounds(const LimitConfig& limit) {
  std::string text = limit.min ? ">= " + FormatNumber(*limit.min) : "";
  if (limit.min && limit.max) { text += " and "; }
  return limit.max ? text + "<= " + FormatNumber(*limit.max) : text;
}

// An optimizer that is told several goals does not look for the best of one metric.
void AddGoals(const RewardConfig& reward, Settings& settings) {
  std::string goals;
  for (const GoalConfig& goal : reward.goals) {
    goals += (goals.empty() ? "" : " and ") + goal.metric;
  }
  if (!goals.empty()) { settings.emplace_back("reward.goals", goals); }
}

// A monotonic transform of one metric does not change which of two is better, but weights do.
void AddReward(const RewardConfig& reward, Settings& settings) {
  for (const LimitConfig& limit : reward.limits) {
    settings.emplace_back("the limit on " + limit.metric, Bounds(limit));
  }
  const bool is_penalized = !reward.limits.empty() && reward.limit_rule == LimitRule::kPenalty;
  if (reward.add.empty() && !is_penalized) { return; }
  settings.emplace_back("the reward", DescribeReward(reward));
  if (is_penalized) { settings.emplace_back("the limits", DescribeLimits(reward)); }
}

std::string ShownValue(const Settings& settings, const std::string& path) {
  const auto at = std::ranges::find(settings, path, &TaskSetting::first);
  return at == settings.end() ? "not set" : at->second.empty() ? "\"\"" : at->second;
}

// `path` is `x` in `a`, `y` in `b`.
std::string Difference(const std::string& path, const std::string& x, const std::string& a,
                       const std::string& y, const std::string& b) {
  return path + " is " + x + " in " + a + ", " + y + " in " + b;
}

}  // namespace

Settings TaskSettingsOf(const GivenSearch& search) {
  Settings settings;
  AddComponents(search, settings);
  AddMetric(search.result->metrics[RewardMetricIndex(*search.result)], settings);
  AddReward(search.pipeline().reward, settings);
  AddGoals(search.pipeline().reward, settings);
  return settings;
}

std::string DescribeDifference(const Settings& first, const std::string& a, const Settings& second,
                               const std::string& b) {
  Settings both = first;
  both.insert(both.end(), second.begin(), second.end());
  for (const auto& [path, value] : both) {
    const std::string in_first = ShownValue(first, path), in_second = ShownValue(second, path);
    if (in_first != in_second) { return Difference(path, in_first, a, in_second, b); }
  }
  return "";
}

std::string TaskTitle(const GivenSearch& search, const MetricDeclaration& compared) {
  const Pipeline& pipeline = search.pipeline();
  std::string title = pipeline.space.id + " on ";
  for (const ComponentConfig& oracle : pipeline.oracles) {
    title += (&oracle == &pipeline.oracles.front() ? "" : " and ") + oracle.id;
  }
  const std::string words = DescribeMetric(compared);
  title += ": " + compared.name + (words.empty() ? "" : " (" + words + ")");
  const std::string& wanted = pipeline.reward.metric;
  if (!pipeline.reward.add.empty()) {
    title += " of the best by " + DescribeReward(pipeline.reward);
  } else if (compared.name != wanted) {
    title += " of the best by " + wanted;
  }
  return title + DescribeLimits(pipeline.reward);
}

}  // namespace lode::core

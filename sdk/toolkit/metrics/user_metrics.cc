#include "toolkit/metrics/user_metrics.h"

#include <algorithm>
#include <lode/text.hpp>
#include <string_view>
#include <utility>

namespace lode::metrics {
namespace {

using Names = std::vector<std::string>;

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }

bool IsName(std::string_view text) {
  const auto may_follow = [](char c) { return IsLower(c) || (c >= '0' && c <= '9') || c == '_'; };
  return !text.empty() && IsLower(text.front()) &&
         std::all_of(text.begin(), text.end(), may_follow);
}

bool IsUnit(std::string_view text) {
  return !text.empty() && text.find_first_of("[]") == std::string_view::npos &&
         IsPrintableLine(text);
}

std::string_view WithoutTrailingSpaces(std::string_view text) {
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

std::string Trimmed(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(' '), text.size());
  return std::string(WithoutTrailingSpaces(text.substr(first)));
}

// Parses `item` of the parameter `list`: "NAME" or "NAME [UNIT]".
Metric ParseMetric(const char* list, std::string_view item, lode_direction direction) {
  const std::size_t bracket = item.find('[');
  const std::string_view name = WithoutTrailingSpaces(item.substr(0, bracket));
  const auto fail = [&](const std::string& expected) {
    throw InvalidError(std::string(list) + " has " + Quote(item) + ", expected " + expected);
  };
  if (!IsName(name)) { fail("a name of a-z, 0-9 and _ that begins with a letter"); }
  std::string_view unit;
  if (bracket != std::string_view::npos) {
    unit = item.substr(bracket + 1);
    if (!unit.ends_with(']') || !IsUnit(unit.substr(0, unit.size() - 1))) {
      fail("a name and its unit in brackets, as in \"" + std::string(name) + " [percent]\"");
    }
    unit.remove_suffix(1);
  }
  return {std::string(name), std::string(unit), "Declared by the pipeline.", direction};
}

void Declare(const char* list, const Names& items, lode_direction direction,
             std::vector<Metric>& metrics) {
  for (const std::string& item : items) {
    Metric metric = ParseMetric(list, item, direction);
    for (const Metric& other : metrics) {
      if (other.name == metric.name) {
        throw InvalidError(std::string(list) + " has " + Quote(metric.name) +
                           ", which is already declared");
      }
    }
    metrics.push_back(std::move(metric));
  }
}

Metric& Find(const char* list, const std::string& name, std::vector<Metric>& metrics) {
  Names names;
  for (Metric& metric : metrics) {
    if (metric.name == name) { return metric; }
    names.push_back(metric.name);
  }
  throw InvalidError(std::string(list) + " has " + Quote(name) +
                     ", which is not a metric of maximize or minimize (nearest: " +
                     Quote(Nearest(name, names)) + ")");
}

void SetSplit(const char* list, const Names& names, lode_split split, const std::string& dataset,
              std::vector<Metric>& metrics) {
  for (const std::string& name : names) {
    Metric& metric = Find(list, name, metrics);
    if (metric.split != LODE_SPLIT_NONE) {
      throw InvalidError(std::string(list) + " has " + Quote(name) + ", which already has a split");
    }
    metric.split = split;
    metric.dataset = dataset;
  }
}

}  // namespace

std::vector<Metric> Metrics(const Config& config) {
  std::vector<Metric> metrics;
  Declare("maximize", config.maximize, LODE_MAXIMIZE, metrics);
  Declare("minimize", config.minimize, LODE_MINIMIZE, metrics);
  if (metrics.empty()) {
    throw InvalidError(
        "no metrics: expected some in maximize or minimize, as in maximize = [\"accuracy "
        "[percent]\"]");
  }
  SetSplit("train", config.train, LODE_SPLIT_TRAIN, config.dataset, metrics);
  SetSplit("validation", config.validation, LODE_SPLIT_VALIDATION, config.dataset, metrics);
  SetSplit("test", config.test, LODE_SPLIT_TEST, config.dataset, metrics);
  const auto has_split = [](const Metric& m) { return m.split != LODE_SPLIT_NONE; };
  if (!config.dataset.empty() && std::none_of(metrics.begin(), metrics.end(), has_split)) {
    throw InvalidError("dataset is " + Quote(config.dataset) +
                       ", but no metric is in train, validation or test");
  }
  return metrics;
}

std::optional<Assignment> ParseAssignment(std::string_view item) {
  const std::size_t sign = item.find('=');
  if (sign == std::string_view::npos) { return std::nullopt; }
  return Assignment{Trimmed(item.substr(0, sign)), Trimmed(item.substr(sign + 1))};
}

std::vector<std::string> ColumnsOf(const std::vector<Metric>& metrics, const Names& items) {
  Names names;
  for (const Metric& metric : metrics) { names.push_back(metric.name); }
  Names columns = names;
  std::vector<bool> renamed(names.size());
  for (const std::string& item : items) {
    const auto fail = [&](const std::string& why) {
      throw InvalidError("columns has " + Quote(item) + ", " + why);
    };
    const auto assignment = ParseAssignment(item);
    if (!assignment) { fail("expected \"METRIC = COLUMN\""); }
    const std::string& metric = assignment->name;
    const auto at = std::find(names.begin(), names.end(), metric);
    if (at == names.end()) {
      fail("where " + Quote(metric) + " is not a metric of maximize or minimize (nearest: " +
           Quote(Nearest(metric, names)) + ")");
    }
    const auto k = static_cast<std::size_t>(at - names.begin());
    if (renamed[k]) { fail("but " + Quote(metric) + " already has a column"); }
    renamed[k] = true;
    columns[k] = assignment->value;
  }
  return columns;
}

}  // namespace lode::metrics

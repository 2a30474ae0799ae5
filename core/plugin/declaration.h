// The declarations of plugins as plain data: read from a loaded plugin or from the cached index, so
// that listing, describing and validating load no plugin.
#pragma once

#include <lode/plugin.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace lode::core {

// A parameter's value. CHOICE and PATH are strings.
using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>,
                           std::vector<double>, std::vector<std::string>>;

struct ParamDeclaration {
  std::string name;
  lode_type type = LODE_T_STRING;
  std::string doc;
  std::string unit;
  Value default_value;
  double min = 0;  // -inf and inf mean no bound
  double max = 0;
  std::vector<std::string> choices;
  std::uint32_t flags = 0;  // lode_param_flag

  bool operator==(const ParamDeclaration&) const = default;
};

struct PresetDeclaration {
  std::string name;
  std::string doc;
  std::vector<std::pair<std::string, Value>> settings;

  bool operator==(const PresetDeclaration&) const = default;
};

struct MetricDeclaration {
  std::string name;
  std::string unit;
  std::string doc;
  lode_direction direction = LODE_MAXIMIZE;
  lode_split split = LODE_SPLIT_NONE;
  std::string dataset;
  double epochs = 0;
  bool noisy = false;
  std::optional<double> optimum{};  // the best possible value, if a bound oracle knows it

  bool operator==(const MetricDeclaration&) const = default;
};

// Returns whether the metric is a share of right answers, in percent or as a fraction.
inline bool IsAccuracy(const MetricDeclaration& metric) {
  return (metric.unit == "percent" || metric.unit == "fraction") &&
         metric.direction == LODE_MAXIMIZE;
}

// Returns whether the value is written as an integer: it counts something, in a metric with that
// unit.
inline bool IsWholeCount(const MetricDeclaration& metric, double value) {
  constexpr double kExact = 9007199254740992;  // integers up to here are doubles
  return metric.unit == "count" && std::abs(value) <= kExact && value == std::trunc(value);
}

struct ComponentDeclaration {
  lode_kind kind = 0;
  std::string id;
  std::string version;
  std::string summary;
  std::string doc;
  std::uint32_t capabilities = 0;  // lode_capability
  std::vector<ParamDeclaration> params;
  std::vector<PresetDeclaration> presets;
  // Oracles and spaces: the metrics of an instance with default parameters. Empty if it cannot be
  // created or if the metrics vary.
  std::vector<MetricDeclaration> metrics;
  bool prepares = false;  // oracle: prepares once before its first evaluation
  bool loads = false;     // optimizer: can start from a saved policy
  bool is_open = false;   // its plugin is unknown; its parameters are taken as written

  bool operator==(const ComponentDeclaration&) const = default;
};

struct PluginDeclaration {
  std::filesystem::path file;
  std::string id;
  std::string version;
  std::string licence;
  std::string build;
  std::uint32_t abi_minor = 0;
  std::vector<ComponentDeclaration> components;

  bool operator==(const PluginDeclaration&) const = default;
};

// Returns the word for a kind in pipelines and on the command line: "space", "oracle",
// "exploration", "optimizer".
std::string_view KindName(lode_kind kind);

// Returns the name of a type in messages: "integer", "real number", "list of strings", ....
std::string_view TypeName(lode_type type);

// Returns "train", "validation", "test" or "none".
std::string_view SplitName(lode_split split);

// Formats a value in TOML.
std::string FormatValue(const Value& value);

// Describes the allowed values: "[1, 100]", "(0, 1]", "one of cosine, linear", or "" if there is no
// restriction.
std::string FormatRange(const ParamDeclaration& param);

// Returns what is wrong with a value of the declaration's type ("0 is outside (0, 1]"), or "" if it
// is allowed.
std::string CheckValue(const ParamDeclaration& param, const Value& value);

// Returns the one of `names` that a user means by `word`: the same, or the only one that differs
// just in case. "" if there is none.
std::string MeantName(std::string_view word, const std::vector<std::string>& names);

// Returns the candidate with the smallest edit distance to `word`, ignoring case, or "" if none is
// close enough to be a typo.
std::string NearestName(std::string_view word, const std::vector<std::string>& candidates);

// Returns "; did you mean 'x'?" with the nearest name, or "" if none is near.
std::string DidYouMean(std::string_view word, const std::vector<std::string>& names);

}  // namespace lode::core

#include "core/verify/settings.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <deque>
#include <limits>
#include <lode/testing.hpp>
#include <set>
#include <utility>

#include "core/plugin/value_table.h"

namespace lode::verify {
namespace {

namespace fs = std::filesystem;

lode_str Keep(std::string text) {
  static auto* const kept = new std::set<std::string>;
  const std::string& stored = *kept->insert(std::move(text)).first;
  return {stored.data(), stored.size()};
}

lode_value ResolvePath(lode_value value, const fs::path& directory) {
  const std::string text(value.as.s.data, value.as.s.size);
  if (!text.empty()) { value.as.s = Keep((directory / text).string()); }
  return value;
}

constexpr double kIntegersEnd = 9223372036854775808.0;  // 2^63

lode_value Number(const lode_param& param, double number) {
  using Integers = std::numeric_limits<std::int64_t>;
  lode_value value{};
  value.type = param.type;
  if (param.type != LODE_T_INT) {
    value.as.r = number;
  } else {  // the bounds may be those of all integers, and 2^63 is none
    value.as.i = number < kIntegersEnd ? static_cast<std::int64_t>(number) : Integers::max();
  }
  return value;
}

// Returns the next number in a direction, -1 or 1. The host compares integers with bounds as
// doubles, which do not distinguish all large ones.
double Next(const lode_param& param, double from, double direction) {
  const double next = std::nextafter(from, direction * HUGE_VAL);
  return param.type == LODE_T_INT && std::abs(next - from) < 1 ? from + direction : next;
}

lode_value Choice(const char* choice) {
  lode_value value{};
  value.type = LODE_T_CHOICE;
  value.as.s = {choice, std::strlen(choice)};
  return value;
}

// Returns an allowed number: the minimum, or one above it that is not extreme.
double AnyAllowedNumber(const lode_param& param) {
  if (!std::isfinite(param.min)) { return std::min(0.0, param.max - 1); }
  if ((param.flags & LODE_PARAM_OPEN_MIN) == 0) { return param.min; }
  const double half = param.type == LODE_T_INT ? 1 : (param.max - param.min) / 2;
  return param.min + std::min(1.0, half);
}

// Returns an allowed value for a parameter without a default.
lode_value AnyAllowed(const lode_param& param) {
  lode_value value{};
  value.type = param.type;
  switch (param.type) {
    case LODE_T_BOOL:
      return value;
    case LODE_T_CHOICE:
      return Choice(param.choices[0]);
    case LODE_T_INT:
    case LODE_T_REAL:
      return Number(param, AnyAllowedNumber(param));
    default:
      value.as.s = {"", 0};
      return value;
  }
}

// Returns the outermost allowed value toward `bound`: the bound itself, or the next value if the
// bound is excluded.
lode_value Extreme(const lode_param& param, double bound, bool open, double inwards) {
  return Number(param, open ? Next(param, bound, inwards) : bound);
}

class VariationList {
 public:
  explicit VariationList(Setting defaults) : defaults_(std::move(defaults)) {}

  void Add(std::uint32_t param, const std::string& name, lode_value value) {
    Setting setting = defaults_;
    setting.name = name;
    setting.values[param] = value;
    list_.push_back(std::move(setting));
  }
  std::vector<Setting> Take() { return std::move(list_); }

 private:
  Setting defaults_;
  std::vector<Setting> list_;
};

void AddVariations(const lode_param& p, std::uint32_t index, VariationList& list) {
  const std::string name = p.name;
  if (p.type == LODE_T_INT || p.type == LODE_T_REAL) {
    if (std::isfinite(p.min)) {
      list.Add(index, name + " at its minimum",
               Extreme(p, p.min, (p.flags & LODE_PARAM_OPEN_MIN) != 0, 1));
    }
    if (std::isfinite(p.max)) {
      list.Add(index, name + " at its maximum",
               Extreme(p, p.max, (p.flags & LODE_PARAM_OPEN_MAX) != 0, -1));
    }
  }
  for (auto choice = p.choices; choice != nullptr && *choice != nullptr; ++choice) {
    list.Add(index, name + " = " + *choice, Choice(*choice));
  }
  if (p.type == LODE_T_BOOL) {
    for (const bool b : {false, true}) {
      lode_value value{};
      value.type = LODE_T_BOOL;
      value.as.b = b;
      list.Add(index, name + (b ? " = true" : " = false"), value);
    }
  }
}

// Returns whether there are numbers beyond `bound`.
bool IsLimit(const lode_param& param, double bound) {
  return std::isfinite(bound) && (param.type != LODE_T_INT || std::abs(bound) < kIntegersEnd);
}

// Returns a number beyond `bound`, away from the other bound. REQUIRES: IsLimit.
lode_value Outside(const lode_param& param, double bound, bool open, double outwards) {
  if (open) { return Number(param, bound); }
  return Number(param, param.type == LODE_T_INT
                           ? Next(param, bound, outwards)
                           : bound + outwards * std::max(1.0, std::abs(bound)));
}

void AddBeyond(const lode_param& p, std::uint32_t index, VariationList& list) {
  const std::string name = p.name;
  if (p.type == LODE_T_INT || p.type == LODE_T_REAL) {
    if (IsLimit(p, p.min)) {
      list.Add(index, name + " below its minimum",
               Outside(p, p.min, (p.flags & LODE_PARAM_OPEN_MIN) != 0, -1));
    }
    if (IsLimit(p, p.max)) {
      list.Add(index, name + " above its maximum",
               Outside(p, p.max, (p.flags & LODE_PARAM_OPEN_MAX) != 0, 1));
    }
  }
  if (p.type == LODE_T_REAL) {
    list.Add(index, name + " is NaN", Number(p, std::numeric_limits<double>::quiet_NaN()));
  }
  if (p.type == LODE_T_CHOICE) {
    list.Add(index, name + " is none of its choices", Choice("none of its choices"));
  }
}

}  // namespace

Setting DefaultSetting(const lode_component& component, const fs::path& directory) {
  Setting setting{"defaults", {}};
  for (std::uint32_t i = 0; i < component.param_count; ++i) {
    const lode_param& p = *LODE_AT(component.params, i);
    const bool required = (p.flags & LODE_PARAM_REQUIRED) != 0;
    lode_value value = required ? AnyAllowed(p) : p.default_value;
    value.type = p.type;
    setting.values.push_back(p.type == LODE_T_PATH ? ResolvePath(value, directory) : value);
  }
  return setting;
}

Setting SettingOf(const lode_component& component, std::string name,
                  std::vector<core::Value> values) {
  struct Kept {
    std::vector<core::Value> values;
    core::ValueTable table;  // refers to them
  };
  static auto* const all = new std::deque<Kept>;
  auto& owned = all->emplace_back(Kept{std::move(values), core::ValueTable(component, {})});
  owned.table = core::ValueTable(component, owned.values);
  return {std::move(name), owned.table.values()};
}

std::vector<Setting> PresetSettings(const lode_component& component, const Setting& base) {
  std::vector<Setting> list;
  for (std::uint32_t i = 0; i < component.preset_count; ++i) {
    const lode_preset& preset = *LODE_AT(component.presets, i);
    Setting setting = base;
    setting.name = std::string("preset ") + preset.name;
    test::ApplyPreset(component, preset, setting.values);
    for (const std::uint32_t p : base.chosen) { setting.values[p] = base.values[p]; }
    list.push_back(std::move(setting));
  }
  return list;
}

std::vector<Setting> Variations(const lode_component& component, const Setting& base) {
  VariationList variations(base);
  for (std::uint32_t i = 0; i < component.param_count; ++i) {
    if (!base.chosen.contains(i)) { AddVariations(*LODE_AT(component.params, i), i, variations); }
  }
  std::vector<Setting> list = variations.Take();
  for (Setting& preset : PresetSettings(component, base)) { list.push_back(std::move(preset)); }
  return list;
}

std::vector<Setting> SettingsBeyond(const lode_component& component, const Setting& base) {
  VariationList variations(base);
  for (std::uint32_t i = 0; i < component.param_count; ++i) {
    AddBeyond(*LODE_AT(component.params, i), i, variations);
  }
  return variations.Take();
}

}  // namespace lode::verify

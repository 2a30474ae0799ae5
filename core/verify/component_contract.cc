#include "core/verify/component_contract.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/plugin/component.h"
#include "core/verify/test_host.h"

namespace lode::verify {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }

std::string_view View(const char* text) { return text != nullptr ? text : ""; }

bool IsName(std::string_view text) {
  return !text.empty() && IsLower(text.front()) &&
         std::ranges::all_of(text, [](char c) { return IsLower(c) || IsDigit(c) || c == '_'; });
}

std::vector<std::string_view> SplitAtDots(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t dot = text.find('.'); dot != std::string_view::npos; dot = text.find('.')) {
    parts.push_back(text.substr(0, dot));
    text.remove_prefix(dot + 1);
  }
  parts.push_back(text);
  return parts;
}

bool IsId(std::string_view text) {
  return std::ranges::all_of(SplitAtDots(text), [](std::string_view part) { return IsName(part); });
}

bool IsVersion(std::string_view text) {
  const auto parts = SplitAtDots(text);
  return parts.size() == 3 && std::ranges::all_of(parts, [](std::string_view part) {
           return !part.empty() && std::ranges::all_of(part, IsDigit);
         });
}

bool InRange(const lode_param& p, double value) {
  const bool above = (p.flags & LODE_PARAM_OPEN_MIN) != 0 ? value > p.min : value >= p.min;
  const bool below = (p.flags & LODE_PARAM_OPEN_MAX) != 0 ? value < p.max : value <= p.max;
  return above && below;
}

bool IsChoice(const lode_param& p, std::string_view value) {
  for (auto choice = p.choices; choice != nullptr && *choice != nullptr; ++choice) {
    if (value == *choice) return true;
  }
  return false;
}

// Whether `value` may be given to parameter `p`.
bool Allows(const lode_param& p, const lode_value& value) {
  if (value.type != p.type) return false;
  switch (p.type) {
    case LODE_T_INT:
      return InRange(p, static_cast<double>(value.as.i));
    case LODE_T_REAL:
      return std::isfinite(value.as.r) && InRange(p, value.as.r);
    case LODE_T_CHOICE:
      return IsChoice(p, {value.as.s.data, value.as.s.size});
    case LODE_T_INT_LIST:
      return std::all_of(value.as.ints, value.as.ints + value.count,
                         [&](std::int64_t i) { return InRange(p, static_cast<double>(i)); });
    case LODE_T_REAL_LIST:
      return std::all_of(value.as.reals, value.as.reals + value.count,
                         [&](double r) { return std::isfinite(r) && InRange(p, r); });
    default:
      return true;
  }
}

void CheckParam(const lode_param& p, Findings& findings) {
  const std::string name = p.name != nullptr ? p.name : "(no name)";
  const auto require = [&](bool holds, const char* what) {
    findings.Require(holds, "descriptor.param", "parameter '" + name + "' " + what);
  };
  require(IsName(p.name), "has a malformed name");
  require(IsSentence(p.doc), "has a doc that is not one sentence with a full stop");
  require(p.unit != nullptr, "has no unit; \"\" if it has none");
  require(p.type >= LODE_T_BOOL && p.type <= LODE_T_STRING_LIST, "has an unknown type");
  require(p.min <= p.max, "has an empty range");
  require(p.reserved == 0, "has a reserved field that is not 0");
  require((p.choices != nullptr && p.choices[0] != nullptr) == (p.type == LODE_T_CHOICE),
          "has choices without being a choice, or the other way round");
  require((p.flags & LODE_PARAM_INPUT_FILE) == 0 || p.type == LODE_T_PATH,
          "is an input file but no path");
  if ((p.flags & LODE_PARAM_REQUIRED) == 0) {
    findings.Require(Allows(p, p.default_value), "descriptor.default",
                     "parameter '" + name + "' has a default of the wrong type or out of range");
  }
}

const lode_param* FindParam(const lode_component& component, const char* name) {
  for (std::uint32_t i = 0; name != nullptr && i < component.param_count; ++i) {
    const lode_param* p = LODE_AT(component.params, i);
    if (p->name != nullptr && std::strcmp(p->name, name) == 0) return p;
  }
  return nullptr;
}

void CheckPreset(const lode_component& component, const lode_preset& preset, Findings& findings) {
  const std::string name = preset.name != nullptr ? preset.name : "(no name)";
  const auto require = [&](bool holds, const std::string& what) {
    findings.Require(holds, "descriptor.preset", "preset '" + name + "' " + what);
  };
  require(IsName(preset.name), "has a malformed name");
  require(IsSentence(preset.doc), "has a doc that is not one sentence with a full stop");
  for (std::uint32_t s = 0; s < preset.setting_count; ++s) {
    const lode_setting& setting = preset.settings[s];
    const lode_param* p = FindParam(component, setting.param);
    const std::string param = setting.param != nullptr ? setting.param : "(no name)";
    require(p != nullptr, "sets '" + param + "', which is no parameter");
    if (p != nullptr)
      require(Allows(*p, setting.value), "sets '" + param + "' to a wrong type or out of range");
  }
}

void CheckNamesDiffer(const lode_component& component, Findings& findings) {
  std::set<std::string> names;
  for (std::uint32_t i = 0; i < component.param_count; ++i) {
    const char* name = LODE_AT(component.params, i)->name;
    findings.Require(name == nullptr || names.insert(name).second, "descriptor.param",
                     std::string("two parameters are called '") + (name ? name : "") + "'");
  }
}

// A refused creation: which statuses are right, and what it must leave behind.
void CheckRefusal(const Subject& subject, const std::string& setting, Findings& findings) {
  const std::string fault = subject.error().Fault(subject.status());
  findings.Require(fault.empty(), "error.message", "create (" + setting + "): the error " + fault);
  findings.Require(!subject.created(), "create.setting",
                   setting + ": *out was changed by a create that failed");
}

void CheckHosts(const lode_component& component, const Setting& defaults, Findings& findings) {
  const Subject poor(component, defaults, 1, TestHost::Slots::kRandomOnly);
  findings.Require(poor.created(), "create.host",
                   "fails on a host that offers random numbers only: " + poor.error().message());
  Subject old(component, defaults, 1, TestHost::Slots::kNone);
  findings.Require(!old.host().trespassed(), "create.host",
                   "uses host functions that lie beyond the host's struct_size");
}

}  // namespace

bool IsName(const char* text) { return IsName(View(text)); }

bool IsSentence(const char* text) {
  const std::string_view s = View(text);
  return s.size() > 1 && s.front() >= 'A' && s.front() <= 'Z' && s.back() == '.' &&
         s.find('\n') == std::string_view::npos;
}

void CheckDescriptor(const lode_component& c, Findings& findings) {
  findings.Require(IsId(View(c.id)), "descriptor.id",
                   std::string("malformed id '") + (c.id ? c.id : "") + "'");
  findings.Require(IsVersion(View(c.version)), "descriptor.version",
                   std::string("version '") + (c.version ? c.version : "") + "' is not x.y.z");
  findings.Require(IsSentence(c.summary), "descriptor.summary",
                   "the summary is not one sentence with a full stop");
  findings.Require(c.doc != nullptr, "descriptor.summary", "doc is NULL; \"\" if there is none");
  const bool made = c.api != nullptr && c.create != nullptr && c.destroy != nullptr;
  findings.Require(made && core::HasRequiredFunctions(c), "descriptor.required_functions",
                   "a function that its kind must have is missing");
  findings.Require(!LODE_REACHES(&c, load) || (c.save == nullptr) == (c.load == nullptr),
                   "descriptor.required_functions", "save and load come together or not at all");
  for (std::uint32_t i = 0; i < c.param_count; ++i) CheckParam(*LODE_AT(c.params, i), findings);
  CheckNamesDiffer(c, findings);
  for (std::uint32_t i = 0; i < c.preset_count; ++i)
    CheckPreset(c, *LODE_AT(c.presets, i), findings);
}

void CheckCreation(const lode_component& component, const std::filesystem::path& directory,
                   Findings& findings) {
  const Setting defaults = DefaultSetting(component, directory);
  const Subject with_defaults(component, defaults);
  findings.Require(with_defaults.created(), "create.defaults", with_defaults.error().message());
  for (const Setting& setting : Variations(component, directory)) {
    const Subject subject(component, setting);
    if (subject.status() == LODE_OK) {
      findings.Require(subject.created(), "create.setting", setting.name + ": gave no instance");
    } else {
      findings.Require(subject.status() == LODE_E_INVALID, "create.setting",
                       setting.name + ": " + subject.error().message());
      CheckRefusal(subject, setting.name, findings);
    }
  }
  CheckHosts(component, defaults, findings);
}

}  // namespace lode::verify

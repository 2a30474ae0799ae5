#include "core/verify/component_contract.h"

#include <algorithm>
#include <cstring>
#include <lode/plugin.hpp>
#include <lode/text.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/verify/test_host.h"

namespace lode::verify {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }

std::string_view View(const char* text) { return text != nullptr ? text : ""; }

bool IsWord(std::string_view text) {
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
  return std::ranges::all_of(SplitAtDots(text), [](std::string_view part) { return IsWord(part); });
}

bool IsVersion(std::string_view text) {
  const auto parts = SplitAtDots(text);
  return parts.size() == 3 && std::ranges::all_of(parts, [](std::string_view part) {
           return !part.empty() && std::ranges::all_of(part, IsDigit);
         });
}

// Keys that a pipeline has beside a component's parameters.
constexpr std::string_view kHostKeys[] = {"use", "preset", "policy"};

void CheckChoices(const lode_param& p, const std::string& name, Findings& findings) {
  std::set<std::string_view> seen;
  for (auto at = p.choices; at != nullptr && *at != nullptr; ++at) {
    findings.Require(seen.insert(*at).second, "descriptor.param",
                     "parameter '" + name + "' has the choice '" + *at + "' twice");
    findings.Require(IsPrintableLine(*at), "text.printable",
                     "parameter '" + name + "' has a choice with control characters");
  }
}

void CheckParam(const lode_param& p, Findings& findings) {
  const std::string name = p.name != nullptr ? p.name : "(no name)";
  const auto require = [&](bool holds, const char* what) {
    findings.Require(holds, "descriptor.param", "parameter '" + name + "' " + what);
  };
  require(IsName(p.name), "has a malformed name");
  require(IsSentence(p.doc), "has a doc that is not one sentence with a period");
  require(p.unit != nullptr, "has no unit; \"\" if it has none");
  for (const char* text : {p.doc, p.unit}) {
    findings.Require(text == nullptr || IsPrintableLine(text), "text.printable",
                     "parameter '" + name + "' has a doc or unit with control characters");
  }
  CheckChoices(p, name, findings);
  findings.Require(std::ranges::count(kHostKeys, std::string_view(name)) == 0, "names.host",
                   "parameter '" + name + "' has the name of a key of the host");
  require(p.type >= LODE_T_BOOL && p.type <= LODE_T_STRING_LIST, "has an unknown type");
  require(p.min <= p.max, "has an empty range");
  require(p.reserved == 0, "has a reserved field that is not 0");
  require((p.choices != nullptr && p.choices[0] != nullptr) == (p.type == LODE_T_CHOICE),
          "has choices without being a choice, or vice versa");
  require((p.flags & (LODE_PARAM_INPUT_FILE | LODE_PARAM_INPUT)) == 0 || p.type == LODE_T_PATH,
          "is an input but not a path");
  if ((p.flags & LODE_PARAM_REQUIRED) == 0) {
    findings.Require(detail::Allows(p, p.default_value), "descriptor.default",
                     "parameter '" + name + "' has a default of the wrong type or out of range");
  }
}

const lode_param* FindParam(const lode_component& component, const char* name) {
  for (std::uint32_t i = 0; name != nullptr && i < component.param_count; ++i) {
    const lode_param* p = LODE_AT(component.params, i);
    if (p->name != nullptr && std::strcmp(p->name, name) == 0) { return p; }
  }
  return nullptr;
}

void CheckPreset(const lode_component& component, const lode_preset& preset, Findings& findings) {
  const std::string name = preset.name != nullptr ? preset.name : "(no name)";
  const auto require = [&](bool holds, const std::string& what) {
    findings.Require(holds, "descriptor.preset", "preset '" + name + "' " + what);
  };
  require(IsName(preset.name), "has a malformed name");
  require(IsSentence(preset.doc), "has a doc that is not one sentence with a period");
  for (std::uint32_t s = 0; s < preset.setting_count; ++s) {
    const lode_setting& setting = preset.settings[s];
    const lode_param* p = FindParam(component, setting.param);
    const std::string param = setting.param != nullptr ? setting.param : "(no name)";
    require(p != nullptr, "sets '" + param + "', which is not a parameter");
    if (p != nullptr) {
      require(detail::Allows(*p, setting.value),
              "sets '" + param + "' to a wrong type or out of range");
    }
  }
}

void CheckPresetNamesDiffer(const lode_component& component, Findings& findings) {
  std::set<std::string> names;
  for (std::uint32_t i = 0; i < component.preset_count; ++i) {
    const lode_preset& preset = *LODE_AT(component.presets, i);
    findings.Require(preset.name == nullptr || names.insert(preset.name).second,
                     "descriptor.preset",
                     std::string("two presets are called '") + View(preset.name).data() + "'");
    std::set<std::string_view> set;
    for (std::uint32_t s = 0; s < preset.setting_count; ++s) {
      findings.Require(set.insert(View(preset.settings[s].param)).second, "descriptor.preset",
                       "a preset sets '" + std::string(View(preset.settings[s].param)) + "' twice");
    }
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

void CheckExtension(const Subject& subject, Findings& findings) {
  const lode_component& c = subject.component();
  if (LODE_HAS(&c, extension)) {
    findings.Require(c.extension(subject.get(), "x.lode.unknown/0") == nullptr,
                     "component.extension", "answers an id that does not exist");
  }
}

// Checks what a refused creation leaves behind.
void CheckRefusal(const Subject& subject, const char* rule, Findings& findings) {
  findings.Require(subject.status() == LODE_E_INVALID, rule,
                   "is refused with another status than invalid: " + subject.error().message());
  const std::string fault = subject.error().Fault(subject.status());
  findings.Require(fault.empty(), "error.message", "the error " + fault);
  findings.Require(!subject.out_touched(), "outputs.untouched", "*out was changed by the refusal");
}

void CheckSetting(const lode_component& component, const Setting& setting, Findings& findings) {
  const auto doing = findings.Do(setting.name);
  const Subject subject(component, setting);
  if (subject.status() == LODE_OK) {
    findings.Require(subject.created(), "create.setting", "returns no instance");
  } else {
    CheckRefusal(subject, "create.setting", findings);
  }
}

void CheckBeyond(const lode_component& component, const Setting& setting, Findings& findings) {
  const auto doing = findings.Do(setting.name);
  const Subject subject(component, setting);
  if (findings.Require(subject.status() != LODE_OK, "create.beyond", "is accepted")) {
    CheckRefusal(subject, "create.beyond", findings);
  }
}

void CheckHosts(const lode_component& component, const Setting& base, Findings& findings) {
  const auto doing = findings.Do("on hosts that offer less");
  const Subject poor(component, base, 1, TestHost::Slots::kRandomOnly);
  findings.Require(poor.created(), "create.host",
                   "fails on a host that offers only random numbers: " + poor.error().message());
  Subject old(component, base, 1, TestHost::Slots::kNone);
  findings.Require(!old.host().trespassed(), "create.host",
                   "uses host functions that lie beyond the host's struct_size");
}

}  // namespace

bool IsName(const char* text) { return IsWord(View(text)); }
bool IsId(const char* text) { return IsId(View(text)); }
bool IsVersion(const char* text) { return IsVersion(View(text)); }

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
                   "the summary is not one sentence with a period");
  findings.Require(c.doc != nullptr, "descriptor.summary", "doc is NULL; \"\" if there is none");
  findings.Require(!LODE_REACHES(&c, load) || (c.save == nullptr) == (c.load == nullptr),
                   "descriptor.save", "has only one of the two");
  for (std::uint32_t i = 0; i < c.param_count; ++i) { CheckParam(*LODE_AT(c.params, i), findings); }
  CheckNamesDiffer(c, findings);
  CheckPresetNamesDiffer(c, findings);
  findings.Require(IsPrintableLine(View(c.summary)) && PrintableText(View(c.doc)) == View(c.doc),
                   "text.printable", "the summary or doc has control characters, or is not UTF-8");
  for (std::uint32_t i = 0; i < c.preset_count; ++i) {
    CheckPreset(c, *LODE_AT(c.presets, i), findings);
  }
}

void CheckCreation(const lode_component& component, const Setting& base, Findings& findings) {
  const Subject subject(component, base);
  findings.Require(subject.status() == LODE_OK || !subject.out_touched(), "outputs.untouched",
                   "*out was changed by a create that failed");
  if (!findings.Require(
          subject.created(), "create.defaults",
          subject.status() == LODE_OK ? "returns no instance" : subject.error().message())) {
    return;
  }
  CheckExtension(subject, findings);
  for (const Setting& setting : Variations(component, base)) {
    CheckSetting(component, setting, findings);
  }
  for (const Setting& setting : SettingsBeyond(component, base)) {
    CheckBeyond(component, setting, findings);
  }
  CheckHosts(component, base, findings);
}

}  // namespace lode::verify

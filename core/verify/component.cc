#include "core/verify/component.h"

#include <algorithm>
#include <optional>

#include "core/config/document.h"
#include "core/config/values.h"
#include "core/plugin/error.h"
#include "core/plugin/loader.h"
#include "core/verify/component_contract.h"
#include "core/verify/exploration_contract.h"
#include "core/verify/life.h"
#include "core/verify/optimizer_contract.h"
#include "core/verify/oracle_contract.h"
#include "core/verify/preparation.h"
#include "core/verify/relaxed_contract.h"
#include "core/verify/space_contract.h"

namespace lode::verify {
namespace {

bool HasUsableDefault(const lode_param& p) {
  const bool required = (p.flags & LODE_PARAM_REQUIRED) != 0;
  return !required || p.type == LODE_T_BOOL || p.type == LODE_T_INT || p.type == LODE_T_REAL ||
         p.type == LODE_T_CHOICE;
}

void RequireNothing(const lode_component& component) {
  for (std::uint32_t i = 0; i < component.param_count; ++i) {
    const lode_param& p = *LODE_AT(component.params, i);
    if (!HasUsableDefault(p)) {
      throw core::HostError("parameter '" + std::string(p.name) + "' must be set: --set " + p.name +
                            "=VALUE");
    }
  }
}

std::vector<core::Value> ReadSettings(const lode_component& component,
                                      const std::vector<std::string>& settings) {
  core::Diagnostics diagnostics;
  core::Node table;
  table.value = core::Node::Table();
  table.base = std::filesystem::current_path();
  for (const std::string& text : settings) {
    core::Override set = core::ParseOverride(text);
    if (set.path.size() != 1) {
      diagnostics.Add(set.value.position, "expected NAME=VALUE of a parameter");
    }
    table.As<core::Node::Table>()->push_back(
        {set.path.front(), set.value.position, std::move(set.value)});
  }
  auto values = core::ReadTable(core::ReadComponent(component).params, &table, {"--set", 0, 0},
                                "'" + std::string(component.id) + "'", {}, diagnostics);
  diagnostics.ThrowIfAny();
  return values;
}

class ComponentCheck {
 public:
  ComponentCheck(const lode_component& component, const Setting& base, const Spaces& spaces,
                 Findings& findings)
      : component_(component), base_(base), spaces_(spaces), findings_(findings) {}

  void Run() {
    {
      const auto doing = findings_.Do("reading its descriptor");
      CheckDescriptor(component_, findings_);
    }
    {
      const auto doing = findings_.Do("making instances");
      CheckCreation(component_, base_, findings_);
    }
    TakeHostFindings();
    CheckSetting(base_, spaces_.list().size());
    for (const Setting& preset : PresetSettings(component_, base_)) { CheckSetting(preset, 1); }
  }

 private:
  void TakeHostFindings() {
    for (const auto& [rule, seen] : TakeHostFaults()) { findings_.Add(rule, seen); }
  }

  // Checks a setting on up to `most` spaces that the component accepts, if it needs one. Presets do
  // not need several spaces.
  void CheckSetting(const Setting& setting, std::size_t most) {
    const auto doing = findings_.Do(setting.name);
    if (component_.kind == LODE_SPACE) {
      CheckSpace(component_, setting, &setting == &base_, findings_);
      CheckLives({component_, setting}, findings_);
    } else if (component_.kind == LODE_EXPLORATION) {
      CheckExploration(component_, setting, findings_);
      CheckLives({component_, setting}, findings_);
    } else {
      CheckOnSpaces(setting, most);
    }
    TakeHostFindings();
  }

  void CheckOnSpaces(const Setting& setting, std::size_t most) {
    std::size_t taken = 0;
    for (const Spaces::Named& named : spaces_.list()) {
      const auto doing = findings_.Do("on " + named.name);
      std::optional<Scratch> scratch;
      if (CanPrepare(component_)) { scratch.emplace(); }
      const Case checked{component_, setting, named.space, scratch ? scratch->path() : ""};
      if (taken == most || !CheckOn(checked)) { continue; }
      if (++taken > 1) { continue; }
      CheckPreparation(checked, findings_);
      CheckLives(checked, findings_);
    }
    const bool oracle = component_.kind == LODE_ORACLE;
    findings_.Require(taken > 0, oracle ? "oracle.bind" : "optimizer.bind",
                      "accepts none of the available spaces (" + Names() + ")");
  }

  bool CheckOn(const Case& checked) {
    if (component_.kind == LODE_OPTIMIZER) {
      return CheckOptimizer(component_, checked.setting, checked.space, findings_);
    }
    Subject subject(component_, checked.setting);
    if (!subject.created()) { return false; }
    const lode_status status =
        subject.api<lode_oracle_api>().bind(subject.get(), checked.space, nullptr);
    if (status != LODE_OK) {
      findings_.Require(status == LODE_E_UNSUPPORTED || status == LODE_E_IO, "oracle.bind",
                        "refuses a space with another status than unsupported, or i/o because of "
                        "its file");
      return false;
    }
    CheckOracle(checked, foreign_.space().handle(), findings_);
    CheckRelaxed(checked, findings_);
    return true;
  }

  std::string Names() const {
    std::string names;
    for (const Spaces::Named& named : spaces_.list()) {
      names += (names.empty() ? "" : ", ") + named.name;
    }
    return names;
  }

  const lode_component& component_;
  const Setting& base_;
  const Spaces& spaces_;
  Findings& findings_;
  test::Grid foreign_{3, 3};
};

}  // namespace

void Spaces::AddPlugin(const std::filesystem::path& file) {
  try {
    const lode_plugin& plugin = core::LoadPlugin(file);
    for (std::uint32_t i = 0; i < plugin.component_count; ++i) {
      const lode_component& c = *plugin.components[i];
      if (c.kind != LODE_SPACE) { continue; }
      const Subject& subject = subjects_.emplace_back(c, DefaultSetting(c, file.parent_path()));
      if (subject.created()) { list_.push_back({c.id, subject.space()}); }
    }
  } catch (const core::HostError&) {  // checks that need its spaces report that none fits
  }
}

Setting BaseSetting(const lode_component& component, const std::filesystem::path& plugin_file,
                    const std::vector<std::string>& settings) {
  if (settings.empty()) { RequireNothing(component); }
  Setting base = DefaultSetting(component, plugin_file.parent_path());
  if (settings.empty()) { return base; }
  const Setting written = SettingOf(component, "as set", ReadSettings(component, settings));
  for (std::uint32_t i = 0; i < component.param_count; ++i) {
    const std::string assignment = std::string(LODE_AT(component.params, i)->name) + "=";
    const bool is_set = std::ranges::any_of(
        settings, [&](const std::string& text) { return text.starts_with(assignment); });
    if (!is_set) { continue; }
    base.values[i] = written.values[i];
    base.chosen.insert(i);
  }
  base.name = written.name;
  return base;
}

void CheckComponent(const lode_component& component, const Setting& base, const Spaces& spaces,
                    Findings& findings) {
  ComponentCheck(component, base, spaces, findings).Run();
}

}  // namespace lode::verify

#include "core/cli/settings.h"

#include <algorithm>
#include <set>

#include "core/config/host_tables.h"

namespace lode::cli {
namespace {

Setting SettingOf(const core::ParamDeclaration& param, const std::string& prefix) {
  Setting setting{prefix + param.name, param.doc, param.choices};
  if (param.type == LODE_T_BOOL) { setting.values = {"true", "false"}; }
  setting.is_file = param.type == LODE_T_PATH;
  return setting;
}

// Leaves out lists of tables: a path into one has an index, whose element may not exist.
std::vector<Setting> HostSettings() {
  std::vector<Setting> settings;
  for (const core::HostTable& table : core::HostTables()) {
    const bool top_level = table.name.empty();  // include is read before --set
    if (!top_level && !table.list) {
      for (const core::ParamDeclaration& param : table.params) {
        settings.push_back(SettingOf(param, table.name + "."));
      }
    }
  }
  return settings;
}

class Collector {
 public:
  explicit Collector(const core::Catalog& catalog) : catalog_(catalog) { Add(HostSettings()); }

  // The settings that are known without a pipeline.
  void AddUses() {
    for (const lode_kind kind : {LODE_SPACE, LODE_ORACLE, LODE_OPTIMIZER}) {
      AddUse(kind, Prefix(kind));
    }
  }

  void Add(const core::Pipeline& pipeline) {
    AddComponent(pipeline.space, Prefix(LODE_SPACE));
    if (pipeline.is_search()) { AddComponent(pipeline.optimizer, Prefix(LODE_OPTIMIZER)); }
    if (pipeline.oracles.size() == 1) {
      AddComponent(pipeline.oracles.front(), Prefix(LODE_ORACLE));
    } else {
      AddList(pipeline.oracles);
    }
    AddList(pipeline.explorations);
  }

  std::vector<Setting> Take() && { return std::move(settings_); }

 private:
  static std::string Prefix(lode_kind kind) { return std::string(core::KindName(kind)) + "."; }

  void AddUse(lode_kind kind, const std::string& prefix) {
    Add({{prefix + "use", "The component to use.", catalog_.Ids(kind)}});
  }

  void AddList(const std::vector<core::ComponentConfig>& components) {
    for (std::size_t i = 0; i < components.size(); ++i) {
      AddComponent(components[i], Prefix(components[i].kind) + std::to_string(i) + ".");
    }
  }

  void AddComponent(const core::ComponentConfig& config, const std::string& prefix) {
    AddUse(config.kind, prefix);
    const core::ComponentDeclaration& component = *catalog_.Find(config.kind, config.id);
    if (!component.presets.empty()) {
      Setting preset{prefix + "preset", "The source of its defaults."};
      for (const core::PresetDeclaration& p : component.presets) {
        preset.values.push_back(p.name);
      }
      Add({preset});
    }
    Add(SettingsOf(component, prefix));
  }

  void Add(const std::vector<Setting>& settings) {
    std::ranges::copy_if(settings, std::back_inserter(settings_),
                         [&](const Setting& s) { return paths_.insert(s.path).second; });
  }

  const core::Catalog& catalog_;
  std::vector<Setting> settings_;
  std::set<std::string> paths_;
};

}  // namespace

std::vector<Setting> SettingsOf(const core::ComponentDeclaration& component,
                                const std::string& prefix) {
  std::vector<Setting> settings;
  for (const core::ParamDeclaration& param : component.params) {
    settings.push_back(SettingOf(param, prefix));
  }
  return settings;
}

std::vector<Setting> SettingsOf(const core::Stages& stages, const core::Catalog& catalog) {
  std::vector<Setting> settings;
  for (const core::Stage& stage : stages.list) {
    Collector collector(catalog);
    for (const core::Search& search : stage.searches) { collector.Add(search.pipeline); }
    for (Setting& setting : std::move(collector).Take()) {
      setting.path.insert(0, stage.name.empty() ? "" : "stage." + stage.name + ".");
      settings.push_back(std::move(setting));
    }
  }
  return settings;
}

std::vector<Setting> SettingsOf(const core::Catalog& catalog) {
  Collector collector(catalog);
  collector.AddUses();
  return std::move(collector).Take();
}

}  // namespace lode::cli

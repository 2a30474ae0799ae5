// The tables of components: [space], [[oracle]], [[exploration]], [optimizer].
#include <algorithm>
#include <iterator>
#include <string>

#include "core/config/host_tables.h"
#include "core/config/resolve_steps.h"
#include "core/config/values.h"

namespace lode::core {
namespace {

const PresetDeclaration* FindPreset(const ComponentDeclaration& component, const Node& node,
                                    Diagnostics& diagnostics) {
  std::vector<std::string> names;
  std::ranges::transform(component.presets, std::back_inserter(names), &PresetDeclaration::name);
  const auto* name = node.As<std::string>();
  if (const std::string meant = name != nullptr ? MeantName(*name, names) : ""; !meant.empty()) {
    return &*std::ranges::find(component.presets, meant, &PresetDeclaration::name);
  }
  diagnostics.Add(node.position,
                  std::string(KindName(component.kind)) + " '" + component.id +
                      (name != nullptr ? "' has no preset '" + *name + "'" + Suggest(*name, names)
                                       : "' has no such preset"));
  return nullptr;
}

// Returns whether a table says `preset = ""`, which stands for the default.
bool AsksForDefaultPreset(const Node* written) {
  const Node* name = written != nullptr ? written->Find("preset") : nullptr;
  const auto* text = name != nullptr ? name->As<std::string>() : nullptr;
  return text != nullptr && text->empty();
}

class ComponentResolver {
 public:
  ComponentResolver(const Catalog& catalog, Diagnostics& diagnostics)
      : catalog_(catalog), diagnostics_(diagnostics) {}

  // `table` is in merged form. Checks every sub-table and returns that of the component in use.
  ComponentConfig Resolve(lode_kind kind, const Node& table) {
    ComponentConfig config;
    config.kind = kind;
    config.position = table.position;
    const Node* use = table.Find("use");
    const auto* id = use != nullptr ? use->As<std::string>() : nullptr;
    if (id == nullptr) {
      diagnostics_.Add(use != nullptr ? use->position : table.position,
                       "[" + std::string(KindName(kind)) + "] needs `use`, the id of a component");
    } else {
      config.position = use->position;
      config.id = *id;
      if (const auto* declaration = Find(kind, *id, use->position)) {
        Fill(*declaration, table.Find(*id), config);
      }
    }
    CheckAlternatives(kind, table, config.id);
    return config;
  }

 private:
  const ComponentDeclaration* Find(lode_kind kind, const std::string& id,
                                   const Position& position) {
    const ComponentDeclaration* found = catalog_.Find(kind, id);
    if (found == nullptr) {
      const std::string name(KindName(kind));
      diagnostics_.Add(position,
                       "there is no " + name + " '" + id + "'" + Suggest(id, catalog_.Ids(kind)));
    }
    return found;
  }

  void CheckAlternatives(lode_kind kind, const Node& table, const std::string& in_use) {
    for (const Entry& entry : *table.As<Node::Table>()) {
      if (entry.key == "use" || entry.key == in_use) { continue; }
      if (const auto* declaration = Find(kind, entry.key, entry.key_position)) {
        ComponentConfig unused;
        unused.position = entry.key_position;
        Fill(*declaration, &entry.node, unused);
      }
    }
  }

  // Takes written values first, then the preset's, then the defaults.
  void Fill(const ComponentDeclaration& declaration, const Node* written, ComponentConfig& config) {
    std::vector<ParamDeclaration> params = declaration.params;
    std::vector<std::string> other_keys;
    const bool by_default = AsksForDefaultPreset(written);
    if (!declaration.presets.empty() || by_default) { other_keys.push_back("preset"); }
    if (!declaration.presets.empty()) {
      ApplyPreset(declaration, by_default ? nullptr : written, params, config);
    }
    if (declaration.kind == LODE_OPTIMIZER) {
      other_keys.push_back("policy");
      config.policy = ReadPolicy(declaration, written);
    }
    if (declaration.is_open) { return; }
    PlaceDefaultPaths(declaration, params);
    const std::string title = std::string(KindName(declaration.kind)) + " '" + declaration.id + "'";
    config.values = ReadTable(params, written, config.position, title, other_keys, diagnostics_);
    CheckDefaultFiles(params, written, config.position);
  }

  void ApplyPreset(const ComponentDeclaration& declaration, const Node* written,
                   std::vector<ParamDeclaration>& params, ComponentConfig& config) {
    const Node* name = written != nullptr ? written->Find("preset") : nullptr;
    const auto* preset = name != nullptr ? FindPreset(declaration, *name, diagnostics_)
                                         : &declaration.presets.front();
    if (preset == nullptr) { return; }
    config.preset = preset->name;
    for (const auto& [param, value] : preset->settings) {
      const auto at = std::ranges::find(params, param, &ParamDeclaration::name);
      if (at != params.end()) { at->default_value = value; }
    }
  }

  std::filesystem::path ReadPolicy(const ComponentDeclaration& declaration, const Node* written) {
    const Node* node = written != nullptr ? written->Find("policy") : nullptr;
    if (node == nullptr) { return {}; }
    if (!declaration.loads) {
      diagnostics_.Add(node->position, "optimizer '" + declaration.id +
                                           "' cannot start from a policy: it does not save any" +
                                           Suggest("", OptimizersThatLoad()));
      return {};
    }
    const auto value = ReadValue(FindComponentKey("policy"), *node, diagnostics_);
    return value ? std::filesystem::path(std::get<std::string>(*value)) : std::filesystem::path();
  }

  std::vector<std::string> OptimizersThatLoad() const {
    std::vector<std::string> ids = catalog_.Ids(LODE_OPTIMIZER);
    std::erase_if(ids,
                  [&](const std::string& id) { return !catalog_.Find(LODE_OPTIMIZER, id)->loads; });
    return ids;
  }

  // A relative default is a file that comes with the plugin.
  void PlaceDefaultPaths(const ComponentDeclaration& declaration,
                         std::vector<ParamDeclaration>& params) {
    const std::filesystem::path directory =
        catalog_.PluginOf(*catalog_.Find(declaration.kind, declaration.id))->file.parent_path();
    for (ParamDeclaration& param : params) {
      auto* path = std::get_if<std::string>(&param.default_value);
      if (param.type == LODE_T_PATH && path != nullptr && !path->empty()) {
        *path = (directory / *path).lexically_normal().string();
      }
    }
  }

  void CheckDefaultFiles(const std::vector<ParamDeclaration>& params, const Node* written,
                         const Position& position) {
    for (const ParamDeclaration& param : params) {
      const bool is_written = written != nullptr && written->Find(param.name) != nullptr;
      const bool needs_file =
          (param.flags & (LODE_PARAM_INPUT_FILE | LODE_PARAM_REQUIRED)) == LODE_PARAM_INPUT_FILE;
      if (!is_written && needs_file) {
        Node fallback;
        fallback.position = position;
        fallback.value = std::get<std::string>(param.default_value);
        ReadValue(param, fallback, diagnostics_);
      }
    }
  }

  const Catalog& catalog_;
  Diagnostics& diagnostics_;
};

}  // namespace

ComponentConfig ReadComponent(const WrittenPipeline& written, lode_kind kind) {
  const std::string name(KindName(kind));
  const Node* table = written.Find(name);
  if (table == nullptr) {
    written.diagnostics.Add(written.tree.position, "the pipeline has no [" + name + "]");
    return {};
  }
  if (table->As<Node::Table>() == nullptr) {
    written.diagnostics.Add(
        table->position, "[" + name + "] must be one table, not " + std::string(table->TypeText()));
    return {};
  }
  return ComponentResolver(written.catalog, written.diagnostics).Resolve(kind, *table);
}

std::vector<ComponentConfig> ReadComponents(const WrittenPipeline& written, lode_kind kind) {
  ComponentResolver resolver(written.catalog, written.diagnostics);
  std::vector<ComponentConfig> list;
  const Node* node = written.Find(KindName(kind));
  if (node == nullptr) { return list; }
  const auto* array = node->As<Node::Array>();
  if (array == nullptr) { return {resolver.Resolve(kind, *node)}; }
  for (const Node& element : *array) { list.push_back(resolver.Resolve(kind, element)); }
  return list;
}

}  // namespace lode::core

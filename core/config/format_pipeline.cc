// Writes a resolved pipeline as TOML.
#include <string>

#include "core/config/pipeline_tables.h"
#include "core/config/resolve.h"
#include "core/config/toml_text.h"

namespace lode::core {
namespace {

std::string FormatComponent(const ComponentConfig& config, const Catalog& catalog) {
  const ComponentDeclaration& declaration = *catalog.Find(config.kind, config.id);
  std::string text = ComponentTable().FormatKeys(config);
  for (std::size_t i = 0; i < config.values.size(); ++i) {
    text += declaration.params[i].name + " = " + TomlText(config.values[i]) + "\n";
  }
  return text;
}

std::string FormatComponents(const std::vector<ComponentConfig>& configs, const char* heading,
                             const Catalog& catalog) {
  std::string text;
  for (const ComponentConfig& config : configs) {
    text += "\n[[" + std::string(heading) + "]]\n" + FormatComponent(config, catalog);
  }
  return text;
}

std::string FormatSearch(const Pipeline& p, const Catalog& catalog) {
  return RewardTable().Format(p.reward) + FormatComponents(p.explorations, "exploration", catalog) +
         "\n[optimizer]\n" + FormatComponent(p.optimizer, catalog) +
         (p.start.is_given() ? StartTable().Format(p.start) : "") + BudgetTable().Format(p.budget) +
         (p.confirm.repeats > 0 ? ConfirmTable().Format(p.confirm) : "");
}

std::string FormatReference(const ReferenceConfig& reference) {
  std::string where;
  for (const auto& [path, value] : reference.where) {
    where += (where.empty() ? "" : ", ") + FormatValue(path) + " = " + TomlText(value);
  }
  return ReferenceTable().Format(reference) + "where = {" + where + "}\n";
}

}  // namespace

std::string FormatPipeline(const Pipeline& p, const Catalog& catalog) {
  std::string text = PipelineTable().Format(p).substr(1);
  text += p.plugins.empty() ? "" : PluginsTable().Format(p);
  text += "\n[space]\n" + FormatComponent(p.space, catalog);
  text += FormatComponents(p.oracles, "oracle", catalog);
  text += p.is_search() ? FormatSearch(p, catalog) : "";
  text += p.record.tensorboard ? RecordTable().Format(p.record) : "";
  text += ExecutionTable().Format(p.execution);
  for (const ReferenceConfig& reference : p.references) { text += FormatReference(reference); }
  return text;
}

}  // namespace lode::core

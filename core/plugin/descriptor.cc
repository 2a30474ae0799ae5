// Converts the C tables of a loaded plugin to plain data.
#include <string>
#include <utility>

#include "core/plugin/component.h"
#include "core/plugin/error.h"
#include "core/plugin/loader.h"

namespace lode::core {
namespace {

std::string Text(const char* text) { return text != nullptr ? PrintableText(text) : ""; }

Value ToValue(const lode_value& v) {
  switch (v.type) {
    case LODE_T_BOOL:
      return v.as.b;
    case LODE_T_INT:
      return v.as.i;
    case LODE_T_REAL:
      return v.as.r;
    case LODE_T_INT_LIST:
      return std::vector<std::int64_t>(v.as.ints, v.as.ints + v.count);
    case LODE_T_REAL_LIST:
      return std::vector<double>(v.as.reals, v.as.reals + v.count);
    case LODE_T_STRING_LIST: {
      std::vector<std::string> list;
      for (std::uint32_t i = 0; i < v.count; ++i) {
        list.emplace_back(v.as.strs[i].data, v.as.strs[i].size);
      }
      return list;
    }
    default:
      return v.as.s.data != nullptr ? std::string(v.as.s.data, v.as.s.size) : std::string();
  }
}

ParamDeclaration ReadParam(const lode_param& p) {
  ParamDeclaration param{Text(p.name), p.type, Text(p.doc), Text(p.unit), {},
                         p.min,        p.max,  {},          p.flags};
  lode_value fallback = p.default_value;
  fallback.type = p.type;
  param.default_value = ToValue(fallback);
  for (auto at = p.choices; at != nullptr && *at != nullptr; ++at) {
    param.choices.emplace_back(*at);
  }
  return param;
}

PresetDeclaration ReadPreset(const lode_preset& p) {
  PresetDeclaration preset{Text(p.name), Text(p.doc), {}};
  for (std::uint32_t i = 0; i < p.setting_count; ++i) {
    preset.settings.emplace_back(Text(p.settings[i].param), ToValue(p.settings[i].value));
  }
  return preset;
}

bool CanBeMadeWithDefaults(const ComponentDeclaration& c) {
  for (const ParamDeclaration& p : c.params) {
    if ((p.flags & LODE_PARAM_REQUIRED) != 0) { return false; }
  }
  return (c.capabilities & LODE_CAP_METRICS_VARY) == 0;
}

std::vector<MetricDeclaration> MetricsOf(const lode_component& component,
                                         const std::vector<Value>& values) {
  const RunContext run;
  if (component.kind == LODE_ORACLE) {
    return OracleInstance(component, values, run, "describe").Metrics();
  }
  return SpaceInstance(component, values, run, "describe").Metrics();
}

// Returns the metrics of an oracle or a space with default parameters.
std::vector<MetricDeclaration> DefaultMetrics(const lode_component& component,
                                              const ComponentDeclaration& c) {
  std::vector<Value> defaults;
  for (const ParamDeclaration& p : c.params) { defaults.push_back(p.default_value); }
  try {
    return MetricsOf(component, defaults);
  } catch (const DeclarationError&) {  // a fault of the plugin, whatever the values
    throw;
  } catch (const HostError&) {
    return {};  // the error is reported when a pipeline uses the component
  }
}

}  // namespace

ComponentDeclaration ReadComponent(const lode_component& c) {
  ComponentDeclaration out{
      c.kind, Text(c.id), Text(c.version), Text(c.summary), Text(c.doc), c.capabilities, {},
      {},     {}};
  out.prepares =
      c.kind == LODE_ORACLE && LODE_HAS(static_cast<const lode_oracle_api*>(c.api), prepare);
  out.loads = c.kind == LODE_OPTIMIZER && LODE_HAS(&c, load);
  for (std::uint32_t i = 0; i < c.param_count; ++i) {
    out.params.push_back(ReadParam(*LODE_AT(c.params, i)));
  }
  for (std::uint32_t i = 0; i < c.preset_count; ++i) {
    out.presets.push_back(ReadPreset(*LODE_AT(c.presets, i)));
  }
  return out;
}

PluginDeclaration ReadDeclaration(const std::filesystem::path& file, const lode_plugin& plugin) {
  PluginDeclaration out{file,
                        Text(plugin.id),
                        Text(plugin.version),
                        Text(plugin.licence),
                        Text(plugin.build),
                        plugin.abi_minor,
                        {}};
  for (std::uint32_t i = 0; i < plugin.component_count; ++i) {
    const lode_component& c = *plugin.components[i];
    ComponentDeclaration& declaration = out.components.emplace_back(ReadComponent(c));
    const bool may_have_metrics = c.kind == LODE_ORACLE || c.kind == LODE_SPACE;
    if (may_have_metrics && CanBeMadeWithDefaults(declaration)) {
      declaration.metrics = DefaultMetrics(c, declaration);
    }
  }
  return out;
}

}  // namespace lode::core

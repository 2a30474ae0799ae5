#include "core/plugin/declaration_json.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace lode::core {
namespace {

using nlohmann::json;

json ValueToJson(const Value& value) {
  return std::visit([](const auto& v) { return json(v); }, value);
}

Value ValueFromJson(lode_type type, const json& j) {
  switch (type) {
    case LODE_T_BOOL:
      return j.get<bool>();
    case LODE_T_INT:
      return j.get<std::int64_t>();
    case LODE_T_REAL:
      return j.get<double>();
    case LODE_T_INT_LIST:
      return j.get<std::vector<std::int64_t>>();
    case LODE_T_REAL_LIST:
      return j.get<std::vector<double>>();
    case LODE_T_STRING_LIST:
      return j.get<std::vector<std::string>>();
    default:
      return j.get<std::string>();
  }
}

// JSON has no infinity, so a missing bound is a missing key.
void PutBound(json& j, const char* key, double bound) {
  if (std::isfinite(bound)) { j[key] = bound; }
}

ParamDeclaration ParamFromJson(const json& j) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  ParamDeclaration p;
  p.name = j.at("name");
  p.type = j.at("type");
  p.doc = j.at("doc");
  p.unit = j.at("unit");
  p.flags = j.at("flags");
  p.default_value = ValueFromJson(p.type, j.at("default"));
  p.min = j.value("min", -kInf);
  p.max = j.value("max", kInf);
  p.choices = j.value("choices", std::vector<std::string>());
  return p;
}

json PresetToJson(const PresetDeclaration& p) {
  json settings = json::object();
  for (const auto& [name, value] : p.settings) { settings[name] = ValueToJson(value); }
  return {{"name", p.name}, {"doc", p.doc}, {"settings", settings}};
}

PresetDeclaration PresetFromJson(const json& j, const std::vector<ParamDeclaration>& params) {
  PresetDeclaration preset{j.at("name"), j.at("doc"), {}};
  for (const ParamDeclaration& p : params) {
    if (const auto at = j.at("settings").find(p.name); at != j.at("settings").end()) {
      preset.settings.emplace_back(p.name, ValueFromJson(p.type, *at));
    }
  }
  return preset;
}

json MetricToJson(const MetricDeclaration& m) {
  return {{"name", m.name},           {"unit", m.unit},   {"doc", m.doc},
          {"direction", m.direction}, {"split", m.split}, {"dataset", m.dataset},
          {"epochs", m.epochs},       {"noisy", m.noisy}};
}

MetricDeclaration MetricFromJson(const json& j) {
  return {j.at("name"),  j.at("unit"),    j.at("doc"),    j.at("direction"),
          j.at("split"), j.at("dataset"), j.at("epochs"), j.at("noisy")};
}

template <class T, class Convert>
json ListToJson(const std::vector<T>& list, Convert convert) {
  json array = json::array();
  for (const T& item : list) { array.push_back(convert(item)); }
  return array;
}

}  // namespace

void to_json(json& j, const ParamDeclaration& p) {
  j = {{"name", p.name}, {"type", p.type}, {"doc", p.doc}, {"unit", p.unit}, {"flags", p.flags}};
  j["default"] = ValueToJson(p.default_value);
  PutBound(j, "min", p.min);
  PutBound(j, "max", p.max);
  if (!p.choices.empty()) { j["choices"] = p.choices; }
}

void to_json(json& j, const ComponentDeclaration& c) {
  j = {{"kind", c.kind},
       {"id", c.id},
       {"version", c.version},
       {"summary", c.summary},
       {"doc", c.doc}};
  j["capabilities"] = c.capabilities;
  j["params"] = c.params;
  j["presets"] = ListToJson(c.presets, PresetToJson);
  j["metrics"] = ListToJson(c.metrics, MetricToJson);
  j["prepares"] = c.prepares;
  j["loads"] = c.loads;
}

void from_json(const json& j, ComponentDeclaration& c) {
  c = {j.at("kind"),
       j.at("id"),
       j.at("version"),
       j.at("summary"),
       j.at("doc"),
       j.at("capabilities"),
       {},
       {},
       {},
       j.at("prepares"),
       j.at("loads")};
  for (const json& p : j.at("params")) { c.params.push_back(ParamFromJson(p)); }
  for (const json& p : j.at("presets")) { c.presets.push_back(PresetFromJson(p, c.params)); }
  for (const json& m : j.at("metrics")) { c.metrics.push_back(MetricFromJson(m)); }
}

void to_json(json& j, const PluginDeclaration& p) {
  j = {{"file", p.file.string()}, {"id", p.id},       {"version", p.version},
       {"licence", p.licence},    {"build", p.build}, {"abi_minor", p.abi_minor}};
  j["components"] = p.components;
}

void from_json(const json& j, PluginDeclaration& p) {
  p.file = j.at("file").get<std::string>();
  p.id = j.at("id");
  p.version = j.at("version");
  p.licence = j.at("licence");
  p.build = j.at("build");
  p.abi_minor = j.at("abi_minor");
  p.components = j.at("components").get<std::vector<ComponentDeclaration>>();
}

}  // namespace lode::core

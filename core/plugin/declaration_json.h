// Declarations as JSON, for the index's cache file and `lode describe --json`.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/plugin/declaration.h"

namespace lode::core {

void to_json(nlohmann::json& json, const PluginDeclaration& plugin);
void to_json(nlohmann::json& json, const ComponentDeclaration& component);
void to_json(nlohmann::json& json, const ParamDeclaration& param);
// These throw nlohmann::json::exception if a field is missing or has the wrong type.
void from_json(const nlohmann::json& json, PluginDeclaration& plugin);
void from_json(const nlohmann::json& json, ComponentDeclaration& component);

}  // namespace lode::core

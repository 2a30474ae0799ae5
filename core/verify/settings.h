// Values for a component's parameters, for creating instances.
#pragma once

#include <lode/plugin.h>

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "core/plugin/declaration.h"

namespace lode::verify {

// One value for each of a component's parameters, with a name for messages. The values refer to the
// library and to storage that lives until the process ends.
struct Setting {
  std::string name;  // "defaults", "noise at its minimum", "preset paper"
  std::vector<lode_value> values;
  std::set<std::uint32_t> chosen = {};  // parameters that the user has set, by index
};

// Returns the defaults as a host resolves them: relative paths start at `directory`, the plugin's
// own. A required number, choice or boolean gets the first allowed value.
Setting DefaultSetting(const lode_component& component, const std::filesystem::path& directory);

// Returns a setting of given values, one for each parameter.
Setting SettingOf(const lode_component& component, std::string name,
                  std::vector<core::Value> values);

// Variations() returns `base` with one parameter at a time at its minimum, its maximum, or each of
// its choices, and the presets. PresetSettings() returns `base` with each preset. Neither changes
// what the user has chosen.
std::vector<Setting> Variations(const lode_component& component, const Setting& base);
std::vector<Setting> PresetSettings(const lode_component& component, const Setting& base);

// Returns `base` with one parameter at a time outside its declared range.
std::vector<Setting> SettingsBeyond(const lode_component& component, const Setting& base);

}  // namespace lode::verify

// Values for a component's parameters, to make instances with.
#pragma once

#include <lode/plugin.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/plugin/declaration.h"

namespace lode::verify {

// One value for each of a component's parameters, with a name for messages. The values borrow from
// the library and from storage that lives until the process ends.
struct Setting {
  std::string name;  // "defaults", "noise at its minimum", "preset paper"
  std::vector<lode_value> values;
};

// The defaults, as a host resolves them: relative paths start at `directory`, the plugin's own. A
// number, choice or boolean that is required is given the first value that is allowed.
Setting DefaultSetting(const lode_component& component, const std::filesystem::path& directory);

// A setting of given values, one for each parameter.
Setting SettingOf(const lode_component& component, std::string name,
                  std::vector<core::Value> values);

// `base` with one parameter at a time at its minimum, its maximum, or each of its choices; and each
// preset.
std::vector<Setting> Variations(const lode_component& component, const Setting& base);
std::vector<Setting> PresetSettings(const lode_component& component, const Setting& base);

// `base` with one parameter at a time outside what its declaration allows.
std::vector<Setting> SettingsBeyond(const lode_component& component, const Setting& base);

}  // namespace lode::verify

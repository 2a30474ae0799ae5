// What every component must hold, whatever its kind: its descriptor, and making instances.
#pragma once

#include <lode/plugin.h>

#include <filesystem>

#include "core/verify/findings.h"

namespace lode::verify {

// [a-z][a-z0-9_]*
bool IsName(const char* text);

// One line that starts with a capital and ends in a full stop.
bool IsSentence(const char* text);

// Ids, versions, sentences, parameters and presets: everything that can be said without an
// instance. Rules: "descriptor.id", ".version", ".summary", ".param", ".default", ".preset",
// ".required_functions".
void CheckDescriptor(const lode_component& component, Findings& findings);

// Instances with defaults, with each parameter at its bounds and at each choice, and with each
// preset; with hosts that offer little. `directory`: where relative default paths start. A setting
// other than the defaults may be refused as INVALID: rules between parameters are create()'s.
// Rules: "create.defaults", "create.setting", "create.host", "error.message".
void CheckCreation(const lode_component& component, const std::filesystem::path& directory,
                   Findings& findings);

}  // namespace lode::verify

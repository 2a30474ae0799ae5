// What a plugin file must hold as a whole.
#pragma once

#include <lode/plugin.h>

#include <filesystem>

#include "core/verify/findings.h"

namespace lode::verify {

// Reads the file's symbols, loads it and checks its descriptor. Returns its table, or nullptr if the
// host refuses it. Rules: "plugin.*".
const lode_plugin* CheckFile(const std::filesystem::path& file, Findings& findings);

// Whether one of the components does.
bool UsesTorch(const lode_plugin& plugin);

}  // namespace lode::verify

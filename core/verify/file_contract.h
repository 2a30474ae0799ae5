// The contract of a plugin file as a whole.
#pragma once

#include <lode/plugin.h>

#include <filesystem>

#include "core/verify/findings.h"

namespace lode::verify {

// Reads the file's symbols, loads it and checks its descriptor. Returns its table, or nullptr if
// the host refuses the file. Rules: "plugin.*".
const lode_plugin* CheckFile(const std::filesystem::path& file, Findings& findings);

// Returns whether one of the components uses LibTorch.
bool UsesTorch(const lode_plugin& plugin);

}  // namespace lode::verify

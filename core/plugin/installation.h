// Finds the running program and the files that were installed with it. The build tree has the same
// layout.
#pragma once

#include <filesystem>

namespace lode::core {

// Returns the file of the running program; empty if the system does not tell.
std::filesystem::path ProgramFile();

// Returns a path below the prefix, which is the directory above the program's own.
std::filesystem::path InstalledPath(const std::filesystem::path& relative);

}  // namespace lode::core

// Where the running program and what was installed with it are. The build tree has the same shape.
#pragma once

#include <filesystem>

namespace lode::core {

// The file of the running program; empty if the system does not say.
std::filesystem::path ProgramFile();

// A path below the prefix, which is the directory above the program's own.
std::filesystem::path InstalledPath(const std::filesystem::path& relative);

}  // namespace lode::core

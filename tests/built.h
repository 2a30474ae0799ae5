// The program and the plugins of this build.
#pragma once

#include <filesystem>
#include <string>

namespace lode {

inline std::filesystem::path BuiltProgram() { return LODE_BINARY_DIR "/bin/lode"; }

inline std::filesystem::path BuiltPlugins() { return LODE_BINARY_DIR "/lib/lode/plugins"; }

inline std::filesystem::path BuiltPlugin(const std::string& name) {
  return BuiltPlugins() / (name + ".lode.so");
}

}  // namespace lode

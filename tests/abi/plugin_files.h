// The plugins built elsewhere: those kept for each minor, and those of this build from other
// compilers.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "core/plugin/loader.h"

namespace lode {

inline const std::filesystem::path kKept = std::filesystem::path(LODE_SOURCE_DIR) / "tests/abi";

inline std::vector<std::filesystem::path> PluginFiles() {
  std::vector<std::filesystem::path> files;
#ifdef __x86_64__  // the kept ones are built for it
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kKept)) {
    files.push_back(entry.path());
  }
#endif
  const std::filesystem::path builds = std::filesystem::path(LODE_BINARY_DIR) / "tests/abi/builds";
  if (std::filesystem::exists(builds)) {
    for (const auto& entry : std::filesystem::directory_iterator(builds)) {
      files.push_back(entry.path());
    }
  }
  std::erase_if(files,
                [](const auto& file) { return !file.string().ends_with(core::kPluginSuffix); });
  std::ranges::sort(files);
  return files;
}

// "1_0_sample", "builds_gcc_debug"
inline std::string NameOfFile(const testing::TestParamInfo<std::filesystem::path>& info) {
  std::string name =
      info.param.parent_path().filename().string() + "_" + info.param.stem().stem().string();
  std::ranges::replace(name, '.', '_');
  return name;
}

}  // namespace lode

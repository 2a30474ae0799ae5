// The files that runs and stages write, for comparison with those of others.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/run_database.h"

namespace lode {

inline std::string ContentOf(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Returns the result without values that depend on the time that a run took.
inline std::string ResultOf(const std::filesystem::path& file) {
  nlohmann::json result = nlohmann::json::parse(ContentOf(file));
  result.erase("seconds");
  result.erase("checksum");
  return result.dump();
}

// Whether a file is left by a killed writer, or by one that may not remove it.
inline bool IsLeftOver(const std::string& name) {
  return name.ends_with(".partial") || name.ends_with("-wal") || name.ends_with("-shm") ||
         name == "lock" || name == "plan.lock";
}

// Returns the contents of all files below a directory by name, without values that depend on time.
inline std::map<std::string, std::string> StoredFiles(const std::filesystem::path& root) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const std::filesystem::path& path = entry.path();
    const std::string name = path.filename().string();
    if (!entry.is_regular_file() || IsLeftOver(name)) { continue; }
    files[std::filesystem::relative(path, root).string()] =
        name == "run.db"        ? Dump(path.parent_path())
        : name == "result.json" ? ResultOf(path)
                                : ContentOf(path);
  }
  return files;
}

}  // namespace lode

// Looks whether all that a run or a stage has left is as it was written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace lode::core {

struct RunCheck {
  std::filesystem::path directory;
  bool has_begun = true;             // it has a store
  std::uint64_t rows = 0;            // of the store
  std::uint64_t unchecked_rows = 0;  // of these: without checksums, written by an earlier version
  std::vector<std::string> unchecked_files{};  // likewise
  std::vector<std::string> damages{};          // one line each

  bool is_checked() const { return unchecked_rows == 0 && unchecked_files.empty(); }
};

// Of a run's directory. Files that cannot be read are damages.
RunCheck CheckRun(const std::filesystem::path& directory);

// Of the directory of a stage, or of the one above all stages: of its own files, and not of its runs.
RunCheck CheckStage(const std::filesystem::path& directory);

}  // namespace lode::core

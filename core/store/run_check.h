// Checks whether the files of a run or a stage are as they were written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace lode::core {

struct RunCheck {
  std::filesystem::path directory;
  bool has_begun = true;                       // the run has a store
  std::uint64_t rows = 0;                      // in the store
  std::uint64_t unchecked_rows = 0;            // those without checksums, from an earlier version
  std::vector<std::string> unchecked_files{};  // likewise, names
  std::vector<std::string> damages{};          // one line each

  bool is_checked() const { return unchecked_rows == 0 && unchecked_files.empty(); }
};

// Checks a run's directory. Files that cannot be read count as damages.
RunCheck CheckRun(const std::filesystem::path& directory);

// Checks the directory of a stage, or the one above all stages: only its own files, not its runs.
RunCheck CheckStage(const std::filesystem::path& directory);

}  // namespace lode::core

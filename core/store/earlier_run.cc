#include "core/store/earlier_run.h"

#include <vector>

#include "core/store/run_directory.h"
#include "core/store/run_store.h"

namespace lode::core {

namespace fs = std::filesystem;

EarlierRun FindEarlierRun(const fs::path& directory, const Search& search, std::uint64_t seed,
                          const std::string& name) {
  const fs::path places[] = {directory, RunDirectory(directory, search, seed),
                             directory / ("seed-" + std::to_string(seed))};
  for (const fs::path& place : places) {
    if (fs::is_regular_file(place / name)) { return {place}; }
  }
  const std::vector<fs::path> runs = FindRuns(directory);
  return {{},
          directory.string() + (runs.empty()
                                    ? ": there is no run"
                                    : ": has no run with seed " + std::to_string(seed) +
                                          (name == kStoreFile ? "" : " and the file " + name) +
                                          "; the directory of one run, such as " +
                                          runs.front().string() + ", starts all seeds from it")};
}

}  // namespace lode::core

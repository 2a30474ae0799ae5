#include "core/run/check_runs.h"

#include <algorithm>
#include <iterator>
#include <system_error>

#include "core/plugin/error.h"
#include "core/store/run_directory.h"
#include "core/store/stage_record.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

// Checks the files that belong to stages, not to their runs.
std::vector<RunCheck> CheckStages(const fs::path& directory) {
  std::vector<fs::path> stages;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (fs::exists(entry.path() / kStageFile, error)) { stages.push_back(entry.path()); }
  }
  std::ranges::sort(stages);
  if (!stages.empty()) { stages.insert(stages.begin(), directory); }
  if (fs::exists(directory / kStageFile, error)) { stages.push_back(directory); }
  std::vector<RunCheck> checks;
  std::ranges::transform(stages, std::back_inserter(checks), CheckStage);
  return checks;
}

}  // namespace

std::vector<RunCheck> CheckRuns(const fs::path& directory) {
  std::vector<RunCheck> checks = CheckStages(directory);
  std::ranges::transform(FindRuns(directory), std::back_inserter(checks), CheckRun);
  if (checks.empty()) { throw HostError(directory.string() + ": holds no run"); }
  return checks;
}

}  // namespace lode::core

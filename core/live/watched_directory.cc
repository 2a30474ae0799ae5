#include "core/live/watched_directory.h"

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

#include "core/plugin/text.h"
#include "core/run/directory_locks.h"
#include "core/run/stored_plan.h"
#include "core/store/run_directory.h"
#include "core/store/run_plan.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

// Returns what the plan of a directory's runs depends on: their names, and what was planned.
std::string Fingerprint(const fs::path& directory) {
  std::string text;
  for (const fs::path& run : FindRuns(directory)) { text.append(run.string()).append("\n"); }
  for (const fs::path& plan : PlansOf(directory)) {
    std::error_code error;
    const auto time = fs::last_write_time(plan / kPlanFile, error);
    text.append(plan.string()).append(std::to_string(time.time_since_epoch().count())).append("\n");
  }
  return text;
}

std::vector<fs::path> DirectoriesWithLiveStates(const fs::path& directory) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::recursive_directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    if (at->path().filename() == kLiveFile) { found.push_back(at->path().parent_path()); }
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace

WatchedDirectory::WatchedDirectory(const fs::path& directory) : directory_(NormalPath(directory)) {}

void WatchedDirectory::Refresh(double now) {
  try {
    std::string fingerprint = Fingerprint(directory_);
    if (fingerprint != planned_) {
      damages_.clear();
      planned_ = std::move(fingerprint);
      Plan();
    }
  } catch (const std::exception& e) {
    damages_ = {PrintableLine(e.what())};
    planned_.clear();
  }
  for (WatchedRun& run : runs_) { run.Refresh(now); }
  FindPreparations(now);
}

// Runs that were there keep what was read of them.
void WatchedDirectory::Plan() {
  std::list<WatchedRun> before = std::exchange(runs_, {});
  if (planned_.empty()) { return; }
  const core::Plan plan = PlanReadable(directory_, damages_);
  for (std::string& damage : damages_) { damage = PrintableLine(damage); }
  for (const PlannedRun& planned : plan.runs) {
    const auto known = std::ranges::find(before, planned.directory, &WatchedRun::directory);
    if (known == before.end()) {
      runs_.emplace_back(planned);
    } else {
      runs_.splice(runs_.end(), before, known);
    }
  }
}

void WatchedDirectory::FindPreparations(double now) {
  preparations_.clear();
  for (const fs::path& directory : DirectoriesWithLiveStates(directory_)) {
    const bool is_run = std::ranges::find(runs_, directory, &WatchedRun::directory) != runs_.end();
    const auto live = is_run ? std::nullopt : ReadLiveState(directory);
    if (live && live->IsCurrent(now)) { preparations_.push_back({directory, *live}); }
  }
}

std::size_t WatchedDirectory::Count(Standing standing) const {
  return static_cast<std::size_t>(std::ranges::count(runs_, standing, &WatchedRun::standing));
}

bool WatchedDirectory::IsActive() const {
  return !preparations_.empty() || Count(Standing::kRunning) > 0;
}

}  // namespace lode::core

// What a watching program knows of a directory of runs, or of one run.
#pragma once

#include <filesystem>
#include <list>
#include <string>
#include <vector>

#include "core/live/live_state.h"
#include "core/live/watched_run.h"
#include "core/report/standings.h"

namespace lode::core {

// A preparation under way that is not a run's: that of a stage.
struct WatchedPreparation {
  std::filesystem::path directory;
  LiveState live;
};

class WatchedDirectory {
 public:
  // The directory need not exist yet.
  explicit WatchedDirectory(const std::filesystem::path& directory);

  // Reads what has changed since the last call: runs may begin, end or be removed. Changes nothing,
  // loads no plugins, and does not keep a run waiting. Never throws. `now`: UnixTime().
  void Refresh(double now);

  const std::filesystem::path& directory() const { return directory_; }
  // In the order of their directories.
  const std::list<WatchedRun>& runs() const { return runs_; }
  const std::vector<WatchedPreparation>& preparations() const { return preparations_; }
  // What cannot be read of the directory itself, and why.
  const std::vector<std::string>& damages() const { return damages_; }

  // Returns how many runs stand like this.
  std::size_t Count(Standing standing) const;
  // Returns whether some process works on a run or a preparation.
  bool IsActive() const;

 private:
  void Plan();
  void FindPreparations(double now);

  const std::filesystem::path directory_;
  std::string planned_;  // what the runs were planned from
  std::list<WatchedRun> runs_;
  std::vector<WatchedPreparation> preparations_;
  std::vector<std::string> damages_;
};

}  // namespace lode::core

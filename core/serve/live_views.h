// The views of a directory of runs, made when they are asked for.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/live/watched_directory.h"

namespace lode::core {

// Reads the directory when a view is asked for, but at most each second, and less often if reading
// takes long: however many clients ask, the runs notice little, and without clients nothing. Any
// number of threads may use it.
class LiveViews {
 public:
  using Text = std::shared_ptr<const std::string>;

  explicit LiveViews(const std::filesystem::path& directory) : watched_(directory) {}

  // The list of runs as JSON, and as OpenMetrics text.
  Text Runs();
  Text Metrics();
  // A run as JSON; null if there is none with this id.
  Text Run(const std::string& id);

  struct FoundRuns {
    std::vector<std::filesystem::path> directories;
    std::string version;  // changes with what is stored of them
  };
  // Returns nothing if there is none with one of the ids.
  std::optional<FoundRuns> Find(const std::vector<std::string>& ids);

 private:
  using Clock = std::chrono::steady_clock;

  void Refresh();
  const WatchedRun* RunOf(const std::string& id) const;
  template <class Make>
  Text View(const std::string& name, const Make& make);

  std::mutex mutex_;  // guards everything below
  WatchedDirectory watched_;
  Clock::time_point next_{};  // when to read again
  std::map<std::string, const WatchedRun*> by_id_;
  std::map<std::string, Text> views_;  // made since
};

}  // namespace lode::core

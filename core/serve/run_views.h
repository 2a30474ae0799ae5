// What the server tells of runs, as JSON. configs/README.md documents it.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/live/watched_directory.h"

namespace lode::core {

// The path of a run for people: relative to the watched directory; "." for that itself.
std::string ShownPath(const WatchedDirectory& watched, const std::filesystem::path& path);

// What stands for a run in addresses: 16 hexadecimal digits that follow from the path above.
std::string RunId(const WatchedDirectory& watched, const WatchedRun& run);

// The run's share of its work: what its process says, or steps of the planned ones.
std::optional<double> ProgressOf(const WatchedRun& run);

// Returns {"directory", "version", "time", "standings", "trials_per_second", "runs",
// "preparations", "damages"}.
nlohmann::json RunsJson(const WatchedDirectory& watched, double now);

// Returns what RunsJson has of the run, and {"curve", "best_architecture", "failure_kinds",
// "recent", "messages"}.
nlohmann::json RunJson(const WatchedDirectory& watched, const WatchedRun& run);

}  // namespace lode::core

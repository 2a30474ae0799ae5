// The frames and lines of `lode watch`.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/live/watched_directory.h"

namespace lode::cli {

struct FrameSize {
  std::size_t columns = 80, rows = 24;
};

// Returns the lines of a frame, all within the size: the state of the directory, the best, a chart
// of the best so far, and a line for each preparation and run, those under way first.
std::vector<std::string> WatchFrame(const core::WatchedDirectory& watched, const FrameSize& size,
                                    bool has_colors);

// Returns "runs: 2 running, 1 finished; 700 trials, 12 trials/s, best accuracy 73.07".
std::string WatchSummary(const core::WatchedDirectory& watched);

// Returns a line about a run: "finished  p seed 3  500 steps  best 73.07".
std::string WatchLine(const core::WatchedRun& run, std::size_t columns);

}  // namespace lode::cli

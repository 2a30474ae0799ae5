// How far a run or a preparation is, as its process writes it for programs that watch:
// `live.json` in its directory, replaced about every second.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>

#include "core/report/progress_line.h"

namespace lode::core {

struct LiveState {
  pid_t process = 0;
  double time = 0;  // when it was written: seconds since 1970
  ProgressState progress{};

  // Returns whether its process is there and has written it in the 10 seconds before `now`.
  bool IsCurrent(double now) const;
};

// Seconds since 1970.
double UnixTime();

// Does not wait for the disk, and reports no failure: what is missing is not shown.
void WriteLiveState(const std::filesystem::path& directory, const LiveState& state);
void RemoveLiveState(const std::filesystem::path& directory);

// Returns nothing if there is none, or none that can be read. Its texts are printable (text.h).
std::optional<LiveState> ReadLiveState(const std::filesystem::path& directory);

}  // namespace lode::core

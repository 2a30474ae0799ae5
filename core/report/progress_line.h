// How far something has come, in a line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lode::core {

struct ProgressState {
  std::string done;                // "12/60 runs"; "" if that is not counted
  std::optional<double> fraction;  // of all that is to do
  double elapsed_seconds = 0;
  std::optional<double> left_seconds;
  std::uint64_t failures = 0;
  std::size_t busy = 0, workers = 0;  // workers: 0 if there are none
  std::string best;                   // "best 73.07", or ""
  std::string title;                  // of what it is, or ""
  std::string call;                   // what a long call says of itself, or ""
};

// "0:07", "12:03", "1:02:33".
std::string FormatDuration(double seconds);

// For a terminal: as much of it as fits, with a bar if there is room.
std::string ProgressLine(const ProgressState& state, std::size_t columns);

// For a log: "12/60 runs after 1:03, 2:10 left, 3 failed, 2 of 4 workers busy".
std::string ProgressText(const ProgressState& state);

// How long something will take that has come from one fraction to another in so many seconds; none as
// long as that would be a guess.
std::optional<double> SecondsLeft(double seconds, double from, double to);

}  // namespace lode::core

// Shows progress in one line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lode::core {

struct ProgressState {
  std::string done;                // "12/60 runs", "preparing 13 %"; "" if not counted
  std::optional<double> fraction;  // of all the work, or of the preparation
  bool is_preparing = false;       // before all other work
  double elapsed_seconds = 0;
  std::optional<double> left_seconds;
  std::uint64_t failures = 0;
  std::size_t busy = 0, workers = 0;  // workers is 0 if there are none
  std::string best;                   // "best 73.07", or ""
  std::string title;                  // of the work, or ""
  std::string call;                   // report of a long call, or ""
};

// Returns "0:07", "12:03", "1:02:33".
std::string FormatDuration(double seconds);

// Returns a line for a terminal: as much as fits, with a bar if there is room. Only the report of a
// call is cut; other facts that do not fit are left out.
std::string ProgressLine(const ProgressState& state, std::size_t columns);

// Returns a line for a log: "12/60 runs after 1:03, 2:10 left, 3 failed, 2 of 4 workers busy".
std::string ProgressText(const ProgressState& state);

// Returns how many seconds are left if getting from one fraction to another took `seconds`; nothing
// as long as that would be a guess.
std::optional<double> SecondsLeft(double seconds, double from, double to);

}  // namespace lode::core

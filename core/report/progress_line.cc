#include "core/report/progress_line.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/report/columns.h"

namespace lode::core {
namespace {

constexpr std::size_t kBar = 20;          // columns
constexpr std::size_t kRoomForABar = 60;  // minimum columns of a line with a bar
constexpr double kSecondsToJudge = 1;     // earlier, nobody can tell what is left
constexpr double kLongest = 1e9;          // seconds that are worth showing

std::string Bar(double fraction) {
  const auto full =
      static_cast<std::size_t>(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(kBar));
  return "[" + std::string(full, '#') + std::string(kBar - full, '.') + "]";
}

std::string Percent(double fraction) {
  return std::to_string(std::lround(std::floor(100 * std::clamp(fraction, 0.0, 1.0)))) + " %";
}

// Returns the facts, the most important first.
std::vector<std::string> FactsOf(const ProgressState& state) {
  std::vector<std::string> parts{FormatDuration(std::floor(state.elapsed_seconds))};
  if (state.left_seconds) { parts.push_back(FormatDuration(*state.left_seconds) + " left"); }
  if (state.failures > 0) { parts.push_back(std::to_string(state.failures) + " failed"); }
  if (state.workers > 0) {
    parts.push_back(std::to_string(state.busy) + "/" + std::to_string(state.workers) +
                    " workers busy");
  }
  for (const std::string& text : {state.best, state.call, state.title}) {
    if (!text.empty()) { parts.push_back(text); }
  }
  return parts;
}

}  // namespace

std::string FormatDuration(double seconds) {
  const auto whole = static_cast<long>(std::ceil(std::clamp(seconds, 0.0, kLongest)));
  char text[48];
  if (whole < 3600) {
    std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole % 3600 / 60,
                  whole % 60);
  }
  return text;
}

std::string ProgressLine(const ProgressState& state, std::size_t columns) {
  std::vector<std::string> parts = FactsOf(state);
  if (!state.done.empty() || state.fraction) {
    parts.insert(parts.begin(), state.done.empty() ? Percent(*state.fraction) : state.done);
  }
  std::string line = state.fraction && columns >= kRoomForABar ? Bar(*state.fraction) : "";
  for (const std::string& part : parts) {
    const std::string gap = line.empty() ? "" : "  ";
    const std::size_t used = ColumnsOf(line) + gap.size();
    if (used + ColumnsOf(part) <= columns) { line += gap + part; }
  }
  return line;
}

std::string ProgressText(const ProgressState& state) {
  const std::vector<std::string> parts = FactsOf(state);
  std::string text = state.done + (state.done.empty() ? "" : " ") + "after ";
  for (const std::string& part : parts) { text += (&part == &parts.front() ? "" : ", ") + part; }
  return text;
}

std::optional<double> SecondsLeft(double seconds, double from, double to) {
  const double done = to - from;
  if (seconds < kSecondsToJudge || done <= 0 || to > 1) { return std::nullopt; }
  return seconds * (1 - to) / done;
}

}  // namespace lode::core

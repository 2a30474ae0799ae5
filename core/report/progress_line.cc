#include "core/report/progress_line.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/report/columns.h"

namespace lode::core {
namespace {

constexpr std::size_t kBar = 20, kShortBar = 10;  // columns
constexpr std::size_t kRoomForABar = 90;          // minimum columns of a line with a bar
constexpr std::size_t kRoomForAShortBar = 60;
constexpr std::size_t kShortestReport = 12;  // columns that are worth showing of one that is cut
constexpr double kSecondsToJudge = 1;        // earlier, nobody can tell what is left
constexpr double kLongest = 1e9;             // seconds that are worth showing

std::string Bar(double fraction, std::size_t columns) {
  const auto full =
      static_cast<std::size_t>(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(columns));
  return "[" + std::string(full, '#') + std::string(columns - full, '.') + "]";
}

// Returns "" if there is no room or nothing to show.
std::string BarFor(const ProgressState& state, std::size_t columns) {
  if (!state.fraction || columns < kRoomForAShortBar) { return ""; }
  return Bar(*state.fraction, columns < kRoomForABar ? kShortBar : kBar);
}

// Returns as much of a report as fits, "epoch 1 of 4, 14…".
std::string Cut(const std::string& report, std::size_t columns) {
  if (ColumnsOf(report) <= columns) { return report; }
  return columns < kShortestReport ? "" : Clip(report, columns - 1) + "…";
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
  if (!state.best.empty()) { parts.push_back(state.best); }
  return parts;
}

void Append(std::string& line, const std::string& part, std::size_t columns) {
  const std::string gap = line.empty() ? "" : "  ";
  const bool fits = ColumnsOf(line) + gap.size() + ColumnsOf(part) <= columns;
  line += fits && !part.empty() ? gap + part : "";
}

// Appends report and title, which has precedence.
void AppendReport(std::string& line, const ProgressState& state, std::size_t columns) {
  constexpr std::size_t kGap = 2;
  const std::size_t used = ColumnsOf(line) + kGap;
  const std::size_t title = state.title.empty() ? 0 : ColumnsOf(state.title) + kGap;
  if (used + title < columns) { Append(line, Cut(state.call, columns - used - title), columns); }
  Append(line, state.title, columns);
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
  std::string line = BarFor(state, columns);
  for (const std::string& part : parts) { Append(line, part, columns); }
  AppendReport(line, state, columns);
  return line;
}

std::string ProgressText(const ProgressState& state) {
  std::vector<std::string> parts = FactsOf(state);
  for (const std::string& part : {state.call, state.title}) {
    if (!part.empty()) { parts.push_back(part); }
  }
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

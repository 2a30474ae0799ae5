#include "core/cli/watch_view.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "core/plugin/text.h"
#include "core/report/columns.h"
#include "core/report/progress_line.h"
#include "core/report/text_chart.h"
#include "core/report/words.h"

namespace lode::cli {
namespace {

using core::Standing;
using core::WatchedDirectory;
using core::WatchedRun;

constexpr std::size_t kStateColumns = 12;
constexpr std::size_t kHighestChart = 16, kLowestChart = 5;  // rows

// Those under way first.
constexpr std::array kOrder = {Standing::kRunning,    Standing::kDamaged,  Standing::kFailed,
                               Standing::kUnfinished, Standing::kNotBegun, Standing::kFinished};

std::string Fit(const std::string& text, std::size_t columns) {
  if (core::ColumnsOf(text) <= columns) { return text; }
  return columns == 0 ? "" : core::Clip(text, columns - 1) + "…";
}

// Appends what there is to say, with a gap.
void Append(std::string& line, const std::string& part, const char* gap = "  ") {
  if (part.empty()) { return; }
  line.append(line.empty() ? "" : gap).append(part);
}

std::string StepsText(const WatchedRun& run) {
  const auto planned = run.planned_steps();
  return std::to_string(run.steps()) + (planned ? "/" + std::to_string(*planned) : "") + " steps";
}

std::string FailuresText(std::uint64_t failures) {
  return failures > 0 ? std::to_string(failures) + " failed" : "";
}

// Three digits are enough for a slow search.
std::string RateText(std::optional<double> rate) {
  return rate ? core::Printed(*rate < 100 ? "%.3g" : "%.0f", *rate) + " trials/s" : "";
}

std::string BestText(const WatchedRun& run) {
  if (run.curve().empty()) { return ""; }
  return (run.metric()->noisy ? "highest measured " : "best ") +
         core::FormatMetric(*run.metric(), run.curve().back().value);
}

std::string StateText(const WatchedRun& run) {
  if (run.live() && run.live()->progress.is_preparing) { return "preparing"; }
  if (run.standing() == Standing::kUnfinished && run.was_killed()) { return "killed"; }
  return std::string(core::StandingName(run.standing()));
}

// What a run that no longer runs, or not long enough to say more, has stored.
std::string StoredFacts(const WatchedRun& run) {
  std::string line = run.title();
  if (!run.damage().empty()) { return line + "  " + run.damage(); }
  if (run.standing() == Standing::kNotBegun) { return line; }
  Append(line, StepsText(run));
  Append(line, BestText(run));
  Append(line, FailuresText(run.failures()));
  Append(line, RateText(run.standing() == Standing::kRunning ? run.rate() : std::nullopt));
  return line;
}

// The title comes first: it is what distinguishes the lines.
std::string Facts(const WatchedRun& run, std::size_t columns) {
  if (!run.live()) { return Fit(StoredFacts(run), columns); }
  core::ProgressState progress = run.live()->progress;
  progress.title.clear();
  const std::string title = Fit(run.title(), columns) + "  ";
  return title + core::ProgressLine(progress, columns - std::min(columns, core::ColumnsOf(title)));
}

std::string Padded(std::string text, std::size_t columns) {
  text.resize(std::max(text.size(), columns), ' ');
  return text;
}

const char* ColorOf(Standing standing) {
  switch (standing) {
    case Standing::kRunning:
      return "\033[32m";
    case Standing::kFailed:
    case Standing::kDamaged:
      return "\033[31m";
    case Standing::kUnfinished:
      return "\033[33m";
    default:
      return "";
  }
}

// Colors the state at the beginning of a line.
std::string Colored(const std::string& line, Standing standing, bool has_colors) {
  const std::string color = has_colors ? ColorOf(standing) : "";
  if (color.empty()) { return line; }
  const std::size_t end = std::min(line.size(), kStateColumns);
  return color + line.substr(0, end) + "\033[0m" + line.substr(end);
}

std::string CountsText(const WatchedDirectory& watched) {
  std::string text;
  if (!watched.preparations().empty()) {
    text = std::to_string(watched.preparations().size()) + " preparing";
  }
  for (const Standing standing : kOrder) {
    const std::size_t count = watched.Count(standing);
    if (count == 0) { continue; }
    Append(text, std::to_string(count) + " " + std::string(core::StandingName(standing)), ", ");
  }
  return text.empty() ? "no runs" : text;
}

// Trials, their rate, failures and workers of all runs together.
std::vector<std::string> TotalsOf(const WatchedDirectory& watched) {
  std::uint64_t trials = 0, failures = 0;
  std::size_t busy = 0, workers = 0;
  std::optional<double> rate;
  for (const WatchedRun& run : watched.runs()) {
    trials += run.steps();
    failures += run.failures();
    if (run.standing() == Standing::kRunning && run.rate()) {
      rate = rate.value_or(0) + *run.rate();
    }
    busy += run.live() ? run.live()->progress.busy : 0;
    workers += run.live() ? run.live()->progress.workers : 0;
  }
  const std::string of_workers =
      workers > 0 ? std::to_string(busy) + "/" + std::to_string(workers) + " workers busy" : "";
  return {std::to_string(trials) + " trials", RateText(rate), FailuresText(failures), of_workers};
}

bool IsBetter(const WatchedRun& a, const WatchedRun& b) {
  const double x = a.curve().back().value, y = b.curve().back().value;
  return a.metric()->direction == LODE_MINIMIZE ? x < y : x > y;
}

// Returns the run with the best so far, of those that have the metric of the first one under way,
// or of the first; null if no run has one.
const WatchedRun* BestRun(const WatchedDirectory& watched) {
  const WatchedRun* best = nullptr;
  for (const Standing standing : kOrder) {
    for (const WatchedRun& run : watched.runs()) {
      if (run.standing() != standing || run.curve().empty()) { continue; }
      const bool has_same = best != nullptr && best->metric()->name == run.metric()->name;
      if (best == nullptr || (has_same && IsBetter(run, *best))) { best = &run; }
    }
  }
  return best;
}

std::string BestLine(const WatchedDirectory& watched) {
  const WatchedRun* const best = BestRun(watched);
  if (best == nullptr) { return ""; }
  const WatchedRun::CurvePoint& point = best->curve().back();
  return (best->metric()->noisy ? "highest measured " : "best ") +
         core::NamedMetric(*best->metric(), point.value) + ": " + best->title() + " at step " +
         std::to_string(point.step);
}

core::ChartCurve CurveOf(const WatchedRun& run, char mark) {
  core::ChartCurve curve{{}, static_cast<double>(run.steps()), mark};
  for (const auto& [step, value] : run.curve()) {
    curve.points.emplace_back(static_cast<double>(step), value);
  }
  return curve;
}

// The best run's curve over those of the others with its metric.
std::vector<std::string> Chart(const WatchedDirectory& watched, const FrameSize& size) {
  const WatchedRun* const best = BestRun(watched);
  if (best == nullptr) { return {}; }
  std::vector<core::ChartCurve> curves;
  for (const WatchedRun& run : watched.runs()) {
    const bool is_other = &run != best && !run.curve().empty();
    if (is_other && run.metric()->name == best->metric()->name) {
      curves.push_back(CurveOf(run, '.'));
    }
  }
  curves.push_back(CurveOf(*best, '*'));
  return core::DrawChart(curves, size.columns, size.rows,
                         [&](double value) { return core::FormatMetric(*best->metric(), value); });
}

std::vector<std::string> Head(const WatchedDirectory& watched, std::size_t columns) {
  const std::string name = PrintableLine(watched.directory().string());
  std::string totals;
  for (const std::string& total : TotalsOf(watched)) { Append(totals, total); }
  std::vector<std::string> lines{Fit(CountsText(watched) + " in " + name, columns),
                                 Fit(totals, columns)};
  const std::string best = BestLine(watched);
  if (!best.empty()) { lines.push_back(Fit(best, columns)); }
  for (const std::string& damage : watched.damages()) { lines.push_back(Fit(damage, columns)); }
  return lines;
}

std::vector<std::string> RunLines(const WatchedDirectory& watched, std::size_t columns,
                                  bool has_colors) {
  std::vector<std::string> lines;
  const std::size_t room = columns - std::min(columns, kStateColumns);
  for (const core::WatchedPreparation& preparation : watched.preparations()) {
    lines.push_back(Colored(Fit(Padded("preparing", kStateColumns) +
                                    core::ProgressLine(preparation.live.progress, room),
                                columns),
                            Standing::kRunning, has_colors));
  }
  for (const Standing standing : kOrder) {
    for (const WatchedRun& run : watched.runs()) {
      if (run.standing() != standing) { continue; }
      lines.push_back(Colored(WatchLine(run, columns), standing, has_colors));
    }
  }
  return lines;
}

// Leaves out the last lines if there are too many.
void CutTo(std::size_t rows, std::vector<std::string>& lines, std::size_t columns) {
  if (lines.size() <= rows) { return; }
  const std::size_t left_out = lines.size() - rows + 1;
  lines.resize(rows);
  if (rows > 0) { lines.back() = Fit("... and " + std::to_string(left_out) + " more", columns); }
}

}  // namespace

std::string WatchLine(const WatchedRun& run, std::size_t columns) {
  const std::size_t room = columns - std::min(columns, kStateColumns);
  return Fit(Padded(StateText(run), kStateColumns) + Facts(run, room), columns);
}

std::vector<std::string> WatchFrame(const WatchedDirectory& watched, const FrameSize& size,
                                    bool has_colors) {
  std::vector<std::string> lines = Head(watched, size.columns);
  std::vector<std::string> runs = RunLines(watched, size.columns, has_colors);
  const std::size_t room = size.rows - std::min(size.rows, lines.size());
  const std::size_t for_chart = std::max(room / 2, room - std::min(room, runs.size()));
  if (for_chart >= kLowestChart) {
    std::ranges::move(Chart(watched, {size.columns, std::min(for_chart, kHighestChart)}),
                      std::back_inserter(lines));
  }
  CutTo(size.rows - std::min(size.rows, lines.size()), runs, size.columns);
  std::ranges::move(runs, std::back_inserter(lines));
  lines.resize(std::min(lines.size(), size.rows));
  return lines;
}

std::string WatchSummary(const WatchedDirectory& watched) {
  std::string text = PrintableLine(watched.directory().string()) + ": " + CountsText(watched);
  std::string totals;
  for (const std::string& total : TotalsOf(watched)) { Append(totals, total, ", "); }
  Append(totals, BestLine(watched), ", ");
  for (const core::WatchedPreparation& preparation : watched.preparations()) {
    Append(totals, core::ProgressText(preparation.live.progress), ", ");
  }
  return text + "; " + totals;
}

}  // namespace lode::cli

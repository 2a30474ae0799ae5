#include "core/serve/open_metrics.h"

#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <optional>

#include "core/plugin/text.h"
#include "core/report/words.h"
#include "core/serve/run_views.h"

namespace lode::core {
namespace {

using Number = std::optional<double>;
using NumberOf = std::function<Number(const WatchedRun&)>;

// Of the text of HELP, and of labels, which are in quotes.
std::string Escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\n') {
      escaped += "\\n";
    } else {
      escaped.append(c == '\\' || c == '"' ? "\\" : "") += c;
    }
  }
  return escaped;
}

std::string ValueText(double value) {
  if (std::isnan(value)) { return "NaN"; }
  std::array<char, 32> text;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

// A family with one sample for each run that has the number.
std::string RunFamily(const WatchedDirectory& watched, MetricFamily family,
                      const NumberOf& number) {
  for (const WatchedRun& run : watched.runs()) {
    if (const Number value = number(run)) {
      family.Add({{"run", ShownPath(watched, run.directory())}}, *value);
    }
  }
  return family.text();
}

std::string Standings(const WatchedDirectory& watched) {
  MetricFamily family("lode_runs", "gauge", "", "Runs in the directory, by how they stand.");
  for (const Standing standing : {Standing::kNotBegun, Standing::kUnfinished, Standing::kRunning,
                                  Standing::kFinished, Standing::kFailed, Standing::kDamaged}) {
    family.Add({{"standing", std::string(StandingName(standing))}},
               static_cast<double>(watched.Count(standing)));
  }
  return family.text();
}

std::string Infos(const WatchedDirectory& watched) {
  MetricFamily family("lode_run", "info", "", "The runs, with the metric of their reward.");
  for (const WatchedRun& run : watched.runs()) {
    family.Add({{"run", ShownPath(watched, run.directory())},
                {"id", RunId(watched, run)},
                {"title", run.title()},
                {"metric", run.metric() ? run.metric()->name : ""}},
               1);
  }
  return family.text();
}

std::string Efforts(const WatchedDirectory& watched) {
  const auto of_live = [](auto member) {
    return [member](const WatchedRun& run) -> Number {
      return run.live() ? Number(run.live()->progress.*member) : std::nullopt;
    };
  };
  return RunFamily(watched,
                   {"lode_run_elapsed_seconds", "gauge", "seconds",
                    "How long the process has worked on the run."},
                   of_live(&ProgressState::elapsed_seconds)) +
         RunFamily(watched,
                   {"lode_run_left_seconds", "gauge", "seconds",
                    "How long the run will take, as far as that can be told."},
                   [](const WatchedRun& run) {
                     return run.live() ? run.live()->progress.left_seconds : std::nullopt;
                   }) +
         RunFamily(watched, {"lode_run_workers", "gauge", "", "Workers that the run has."},
                   of_live(&ProgressState::workers)) +
         RunFamily(watched, {"lode_run_busy_workers", "gauge", "", "Workers that evaluate."},
                   of_live(&ProgressState::busy));
}

Number BestOf(const WatchedRun& run) {
  return run.curve().empty() ? std::nullopt : Number(run.curve().back().value);
}

std::string Results(const WatchedDirectory& watched) {
  return RunFamily(watched, {"lode_run_trials", "counter", "", "Trials that the run has stored."},
                   [](const WatchedRun& run) { return Number(run.steps()); }) +
         RunFamily(watched, {"lode_run_failures", "counter", "", "Trials that failed."},
                   [](const WatchedRun& run) { return Number(run.failures()); }) +
         RunFamily(watched,
                   {"lode_run_best", "gauge", "",
                    "The best so far of the reward's metric, which lode_run_info names."},
                   BestOf) +
         RunFamily(watched,
                   {"lode_run_trials_per_second", "gauge", "",
                    "How many trials end in a second, over the last seconds."},
                   [](const WatchedRun& run) {
                     return run.standing() == Standing::kRunning ? run.rate() : std::nullopt;
                   }) +
         RunFamily(watched,
                   {"lode_run_running", "gauge", "", "Whether a process works on the run: 1 or 0."},
                   [](const WatchedRun& run) {
                     return Number(run.standing() == Standing::kRunning ? 1 : 0);
                   }) +
         RunFamily(watched,
                   {"lode_run_progress_ratio", "gauge", "ratio",
                    "The share of the run's work that is done, from 0 to 1."},
                   ProgressOf);
}

}  // namespace

MetricFamily::MetricFamily(std::string_view name, std::string_view type, std::string_view unit,
                           std::string_view help)
    : sample_(name) {
  sample_ += type == "counter" ? "_total" : type == "info" ? "_info" : "";
  const auto describe = [&](std::string_view what, std::string_view text) {
    text_.append("# ").append(what).append(" ").append(name).append(" ").append(text).append("\n");
  };
  describe("TYPE", type);
  if (!unit.empty()) { describe("UNIT", unit); }
  describe("HELP", Escape(help));
}

void MetricFamily::Add(const Labels& labels, double value) {
  text_ += sample_;
  char before = '{';
  for (const auto& [name, text] : labels) {
    text_.append(1, before).append(name).append("=\"").append(Escape(text)).append("\"");
    before = ',';
  }
  text_.append(labels.empty() ? " " : "} ").append(ValueText(value)).append("\n");
}

std::string OpenMetrics(const WatchedDirectory& watched) {
  return Standings(watched) + Infos(watched) + Results(watched) + Efforts(watched) + "# EOF\n";
}

}  // namespace lode::core

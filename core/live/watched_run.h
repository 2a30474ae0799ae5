// What a watching program knows of a run, read from its directory while another process
// writes there.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/live/live_state.h"
#include "core/plugin/declaration.h"
#include "core/report/standings.h"
#include "core/run/plan.h"
#include "core/search/best_tracker.h"
#include "core/search/failures.h"

namespace lode::core {

// How many trials end in a second, measured over the last 5 to 10 seconds.
class TrialRate {
 public:
  // `trials`: so far; `seconds`: on any clock.
  void Note(std::uint64_t trials, double seconds);
  // Returns nothing until a second has passed.
  std::optional<double> PerSecond() const;

 private:
  struct Mark {
    double seconds = 0;
    std::uint64_t trials = 0;
  };
  std::optional<Mark> from_;
  Mark next_, last_;
};

class WatchedRun {
 public:
  // A trial that was better than all before it.
  struct CurvePoint {
    std::uint64_t step;
    double value;  // of the reward's metric
  };

  struct RecentTrial {
    std::uint64_t step;
    std::string architecture;
    std::optional<double> value;  // of the reward's metric; nothing if the trial failed
    std::string failure;          // why, in one line; or ""
  };
  // What a long call reported.
  struct CallMessage {
    double time;  // when it was first seen: seconds since 1970
    std::string text;
  };

  explicit WatchedRun(const PlannedRun& planned);

  // Reads what has changed. Never throws: what cannot be read is damaged(), and is tried again.
  // `now`: UnixTime().
  void Refresh(double now);

  const std::string& title() const { return title_; }
  const std::filesystem::path& directory() const { return directory_; }
  // kUnfinished: nobody works on it; it was interrupted or killed.
  Standing standing() const { return standing_; }
  // Why it cannot be read; "" if it can.
  const std::string& damage() const { return damage_; }
  // Whether its process was killed. REQUIRES: kUnfinished.
  bool was_killed() const { return was_killed_; }
  // What its own process says; nothing if it does not run.
  const std::optional<LiveState>& live() const { return live_; }

  std::uint64_t steps() const { return steps_; }
  std::optional<std::uint64_t> planned_steps() const { return planned_steps_; }
  std::uint64_t failures() const { return failures_; }
  std::optional<double> rate() const { return rate_.PerSecond(); }
  // That of the reward; nothing before the first trial.
  const std::optional<MetricDeclaration>& metric() const { return metric_; }
  // The best so far. If the metric is noisy, the best measurements.
  const std::vector<CurvePoint>& curve() const { return curve_; }
  // The trial with the last point of the curve; null before it.
  const BestTrial* best() const;
  // The kinds of failures, the most frequent first.
  std::vector<FailureKind> failure_kinds() const { return failure_tally_.Kinds(); }
  // The last trials and the last messages of calls, in their order; messages as far as they were
  // there when this was refreshed.
  const std::deque<RecentTrial>& recent() const { return recent_; }
  const std::deque<CallMessage>& messages() const { return messages_; }
  // A text that is another one when the stored trials are others.
  const std::string& version() const { return last_change_; }

 private:
  bool HasChanged();
  void ReadTrials();
  void Add(const TrialRecord& trial, std::size_t metric);
  void NoteMessage(double now);
  void Restart();
  Standing FindStanding() const;

  std::string title_;
  std::filesystem::path directory_;
  std::string metric_name_;
  std::optional<std::uint64_t> planned_steps_;

  Standing standing_ = Standing::kNotBegun;
  std::string damage_;
  std::optional<LiveState> live_;
  bool was_killed_ = false;
  std::string last_change_;  // of the store's files
  std::uint64_t steps_ = 0, next_step_ = 0, failures_ = 0;
  std::optional<MetricDeclaration> metric_;
  std::optional<ExactBest> best_;
  std::vector<CurvePoint> curve_;
  FailureTally failure_tally_;
  std::deque<RecentTrial> recent_;
  std::deque<CallMessage> messages_;
  TrialRate rate_;
};

}  // namespace lode::core

// Who hears of what runs do: a terminal, a page, a test, another program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"
#include "core/run/completion.h"
#include "core/search/trial.h"

namespace lode::core {

// Which run an event is of.
struct RunInfo {
  std::size_t index = 0;           // among the runs of its stage: 0 .. StageStarted::run_count - 1
  std::string title;               // "nb201-rea cifar10 seed 3"
  const Search* search = nullptr;  // its pipeline with its budget, and its point of the grid
  std::uint64_t seed = 0;
  std::filesystem::path directory;
};

// Runs that are made side by side begin: those of one stage, or of all pipelines without stages.
struct StageStarted {
  std::string_view stage;     // its name; "" without stages
  std::string_view pipeline;  // the name that all of its runs have in common, or ""
  std::size_t run_count = 0;
};

struct StageFinished {
  std::string_view stage;
  Completion completion = Completion::kDone;
  bool is_unchanged = false;  // it had finished before: nothing was done
  std::string_view
      prepared{};      // the name of its pipeline if it is a preparation that was made, or ""
  double seconds = 0;  // that this took
};

struct RunStarted {
  const RunInfo& run;
};

// Evaluations began or ended.
struct RunActivity {
  const RunInfo& run;
  std::size_t workers = 0;    // how many can be under way at once; 0: the run itself evaluates
  std::size_t under_way = 0;  // how many are
};

// A component says how far a long call has come.
struct RunProgress {
  const RunInfo& run;
  double fraction = 0;    // of the call, 0 to 1; negative: not known
  std::string_view what;  // "epoch 3"
};

// A trial, as in TrialObserver::OnTrial.
struct RunTrial {
  const RunInfo& run;
  const TrialRecord& trial;
  const std::vector<MetricDeclaration>& metrics;  // what trial.metrics are
  std::size_t reward_metric = 0;                  // which of them the reward is made of
  std::uint64_t replayed = 0;  // how many of the run's first trials were stored before
  double cost_seconds = 0;     // simulated, of the run's evaluations so far
};

// A run came to a result, whatever its ending.
struct RunFinished {
  const RunInfo& run;
  const RunResult& result;
  const std::vector<MetricDeclaration>& metrics;
  std::size_t reward_metric = 0;
  bool was_there = false;  // it had ended before, and nothing was done
};

// A run came to no result.
struct RunFailed {
  enum class Kind {
    kCancelled,  // before its first trial
    kLost,       // its process or its store is gone; other runs continue
    kFatal,      // no other run begins; Execute throws the error once the current runs have ended
  };
  const RunInfo& run;
  Kind kind = Kind::kLost;
  std::string_view reason;
};

// A message, one line.
struct RunWarning {
  enum class Kind {
    kNotice,   // something was done to what is kept
    kHint,     // something that the pipeline asks for has no effect
    kWarning,  // something is likely to be wrong
  };
  Kind kind = Kind::kWarning;
  std::string text;
};

// Hears of all runs of one PlannedSearches or StagedPipeline while it executes, and outlives that.
//
// What an event refers to is valid during the call; a RunInfo, until its stage has finished.
//
// Threads: the events of stages and OnIdle come from the thread that called Execute. Those of a run come
// from the run's own thread, one after another; those of several runs come at the same time. OnProgress
// may also come from threads of components, between OnStarted and the end of its run. OnWarning may come
// from any of these threads.
//
// Order: OnStageStarted, the events of its runs, OnStageFinished. Of a stage that is unchanged only the
// last comes; if Execute throws, the last does not come. Of a run: OnStarted, then others, then exactly one
// of OnFinished and OnFailed. Of a run that cannot even start: OnFailed alone. A preparation is one run
// that has no trials and ends with its stage.
//
// A run waits until its listener returns. A listener throws nothing.
class RunListener {
 public:
  virtual ~RunListener() = default;

  virtual void OnStageStarted(const StageStarted& /*stage*/) {}
  virtual void OnStageFinished(const StageFinished& /*stage*/) {}
  virtual void OnStarted(const RunStarted& /*run*/) {}
  virtual void OnActivity(const RunActivity& /*activity*/) {}
  virtual void OnProgress(const RunProgress& /*progress*/) {}
  virtual void OnTrial(const RunTrial& /*trial*/) {}
  virtual void OnFinished(const RunFinished& run) = 0;
  virtual void OnFailed(const RunFailed& run) = 0;
  virtual void OnWarning(const RunWarning& warning) = 0;
  // About every 50 ms while Execute waits for runs: a program may look at its signals here.
  virtual void OnIdle() {}
};

}  // namespace lode::core

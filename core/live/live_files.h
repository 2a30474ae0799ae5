// Lets other programs watch runs.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include "core/live/tracked_run.h"
#include "core/run/run_listener.h"

namespace lode::core {

// Passes on all events, and writes the live state (live_state.h) of each run and preparation that
// takes longer than `pause`, again after each pause, until it ends.
class LiveFiles : public RunListener {
 public:
  // `next` outlives *this.
  explicit LiveFiles(RunListener& next,
                     std::chrono::milliseconds pause = std::chrono::milliseconds(1000));
  ~LiveFiles() override;

  void OnStageStarted(const StageStarted& stage) override;
  void OnStageFinished(const StageFinished& stage) override;
  void OnStarted(const RunStarted& run) override;
  void OnActivity(const RunActivity& activity) override;
  void OnProgress(const RunProgress& progress) override;
  void OnTrial(const RunTrial& trial) override;
  void OnFinished(const RunFinished& run) override;
  void OnFailed(const RunFailed& run) override;
  void OnWarning(const RunWarning& warning) override { next_.OnWarning(warning); }
  void OnIdle() override { next_.OnIdle(); }

 private:
  struct Followed {
    explicit Followed(const RunInfo& info)
        : run(info.title, info.search->pipeline.budget), directory(info.directory) {}

    TrackedRun run;
    const std::filesystem::path directory;
    bool is_old = false;  // it was there at the pause before
  };

  void WriteRepeatedly();
  void Write();
  void Forget(std::size_t index);

  RunListener& next_;
  const std::chrono::milliseconds pause_;
  std::vector<Followed*> runs_;  // of the stage; each is changed by its own thread
  std::mutex mutex_;
  std::list<Followed> active_;  // under mutex_
  bool stop_ = false;           // under mutex_
  std::condition_variable wake_;
  std::thread writing_;
};

}  // namespace lode::core

#include "core/live/live_files.h"

#include <unistd.h>

#include <system_error>
#include <utility>

#include "core/live/live_state.h"

namespace lode::core {

LiveFiles::LiveFiles(RunListener& next, std::chrono::milliseconds pause)
    : next_(next), pause_(pause) {
  try {
    writing_ = std::thread([this] { WriteRepeatedly(); });
  } catch (const std::system_error&) {}  // no more threads: nobody can watch
}

LiveFiles::~LiveFiles() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  if (writing_.joinable()) { writing_.join(); }
  for (const Followed& followed : active_) { RemoveLiveState(followed.directory); }
}

void LiveFiles::OnStageStarted(const StageStarted& stage) {
  runs_.assign(stage.run_count, nullptr);
  next_.OnStageStarted(stage);
}

// A preparation ends with its stage.
void LiveFiles::OnStageFinished(const StageFinished& stage) {
  for (std::size_t index = 0; index < runs_.size(); ++index) { Forget(index); }
  next_.OnStageFinished(stage);
}

// The file of a program that was killed would be mistaken for this one's.
void LiveFiles::OnStarted(const RunStarted& started) {
  const RunInfo& run = started.run;
  RemoveLiveState(run.directory);
  {
    const std::lock_guard lock(mutex_);
    runs_[run.index] = &active_.emplace_back(run);
  }
  next_.OnStarted(started);
}

void LiveFiles::OnActivity(const RunActivity& activity) {
  runs_[activity.run.index]->run.OnActivity(activity);
  next_.OnActivity(activity);
}

void LiveFiles::OnProgress(const RunProgress& progress) {
  runs_[progress.run.index]->run.OnProgress(progress);
  next_.OnProgress(progress);
}

void LiveFiles::OnTrial(const RunTrial& trial) {
  runs_[trial.run.index]->run.OnTrial(trial);
  next_.OnTrial(trial);
}

void LiveFiles::OnFinished(const RunFinished& run) {
  Forget(run.run.index);
  next_.OnFinished(run);
}

void LiveFiles::OnFailed(const RunFailed& run) {
  Forget(run.run.index);
  next_.OnFailed(run);
}

void LiveFiles::Forget(std::size_t index) {
  const std::lock_guard lock(mutex_);
  const Followed* const forgotten = std::exchange(runs_[index], nullptr);
  if (forgotten == nullptr) { return; }
  RemoveLiveState(forgotten->directory);
  active_.remove_if([&](const Followed& followed) { return &followed == forgotten; });
}

void LiveFiles::WriteRepeatedly() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, pause_, [this] { return stop_; })) { Write(); }
}

void LiveFiles::Write() {
  for (Followed& followed : active_) {
    if (std::exchange(followed.is_old, true)) {
      WriteLiveState(followed.directory, {getpid(), UnixTime(), followed.run.State()});
    }
  }
}

}  // namespace lode::core

#include "core/run/run_queue.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/exec/processors.h"
#include "core/exec/workers.h"
#include "core/plugin/crash.h"
#include "core/plugin/doing.h"
#include "core/run/execute_run.h"
#include "core/run/hints.h"
#include "core/store/store_files.h"

namespace lode::core {

RunQueue::RunQueue(const std::vector<PlannedRun>& runs, const RunEnvironment& environment)
    : runs_(runs), environment_(environment) {
  for (const PlannedRun& run : runs) {
    infos_.push_back({infos_.size(), TitleOf(run), run.search, run.seed, run.directory});
  }
}

bool RunQueue::Run() {
  const unsigned count = ThreadCount();
  while (threads_.size() < count && StartThread()) {}
  Wait();
  for (std::thread& thread : threads_) { thread.join(); }
  if (error_) { std::rethrow_exception(error_); }
  return !lost_;
}

unsigned RunQueue::ThreadCount() const {
  if (environment_.evaluates_on_ranks()) {
    return 1;  // the ranks serve one run at a time
  }
  const ExecutionConfig& execution = runs_.front().search->pipeline.execution;
  const unsigned threads = environment_.runs_at_once > 0
                               ? environment_.runs_at_once
                               : std::max(1u, Processors() / BusyThreads(execution));
  return std::min(threads, static_cast<unsigned>(runs_.size()));
}

// If the system refuses another thread, the existing ones do all the work.
bool RunQueue::StartThread() {
  {
    const std::lock_guard lock(mutex_);
    ++working_;
  }
  try {
    Doing("starting a thread for a run", [&] { threads_.emplace_back([this] { Work(); }); });
    return true;
  } catch (const HostError& e) {
    {
      const std::lock_guard lock(mutex_);
      --working_;
    }
    if (threads_.empty()) { throw; }
    environment_.listener.OnWarning(
        {RunWarning::Kind::kWarning, std::string(e.what()) + ": " +
                                         std::to_string(threads_.size()) +
                                         " runs at a time, not more"});
    return false;
  }
}

void RunQueue::Wait() {
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, std::chrono::milliseconds(50), [this] { return working_ == 0; })) {
    lock.unlock();
    environment_.listener.OnIdle();
    lock.lock();
  }
}

void RunQueue::Work() {
  const CrashStack stack;
  for (std::size_t i = 0;
       (i = next_++) < runs_.size() && !environment_.cancel.is_cancelled() && !stop_;) {
    try {
      Execute(runs_[i], infos_[i]);
    } catch (const lode::CancelledError&) {
      environment_.listener.OnFailed(
          {infos_[i], RunFailed::Kind::kCancelled, "cancelled before it began"});
    } catch (const WorkerLost& e) {  // other runs may still succeed
      Lose(infos_[i], e);
    } catch (const LostStoreError& e) {
      runs_[i].result->runs[runs_[i].position].is_stored = false;
      Lose(infos_[i], e);
    } catch (const std::exception& e) {  // a fault of this run, not of the others
      Fail(infos_[i], e.what());
    } catch (...) { Fail(infos_[i], "an unknown error"); }
  }
  const std::lock_guard lock(mutex_);
  --working_;
  ended_.notify_all();
}

void RunQueue::Execute(const PlannedRun& run, const RunInfo& info) {
  RunOutcome outcome = Doing(run.directory, [&] {
    return ExecuteRun(run, info, environment_,
                      [&](const std::string& text) { WarnOnce(run, text); });
  });
  const std::lock_guard lock(mutex_);
  TakeOutcome(run, std::move(outcome));
}

void RunQueue::Lose(const RunInfo& info, const HostError& error) {
  environment_.listener.OnFailed({info, RunFailed::Kind::kLost, error.what()});
  lost_ = true;
}

// The current exception ends all runs.
void RunQueue::Fail(const RunInfo& info, std::string_view reason) {
  stop_ = true;
  environment_.listener.OnFailed({info, RunFailed::Kind::kFatal, reason});
  const std::lock_guard lock(mutex_);
  error_ = error_ ? error_ : std::current_exception();
}

// All seeds of a search would give the same warning.
void RunQueue::WarnOnce(const PlannedRun& run, const std::string& text) {
  {
    const std::lock_guard lock(mutex_);
    if (!warned_.insert(run.search).second) { return; }
  }
  environment_.listener.OnWarning({RunWarning::Kind::kWarning, TitleOf(run) + ": " + text});
}

}  // namespace lode::core

// Executes several runs at a time.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/plugin/error.h"
#include "core/run/plan.h"
#include "core/run/run_environment.h"

namespace lode::core {

// Executes runs in order on several threads. The first run that cannot start ends all of them,
// unless it lost its process or its store while starting.
class RunQueue {
 public:
  // The arguments outlive *this. REQUIRES: there is at least one run.
  RunQueue(const std::vector<PlannedRun>& runs, const RunEnvironment& environment);

  // Executes all runs and stores their outcomes. Returns whether all could start. Call once. Throws
  // the error that ended all runs.
  bool Run();

 private:
  unsigned ThreadCount() const;
  bool StartThread();
  void Wait();
  void Work();
  void Execute(const PlannedRun& run, const RunInfo& info);
  void Lose(const RunInfo& info, const HostError& error);
  void Fail(const RunInfo& info, std::string_view reason);
  void WarnOnce(const PlannedRun& run, const std::string& text);

  const std::vector<PlannedRun>& runs_;
  const RunEnvironment& environment_;
  std::vector<RunInfo> infos_;  // of each run
  std::vector<std::thread> threads_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> lost_ = false;
  std::mutex mutex_;
  std::condition_variable ended_;
  unsigned working_ = 0;            // under mutex_
  std::set<const Search*> warned_;  // under mutex_
  std::exception_ptr error_;        // under mutex_
};

}  // namespace lode::core

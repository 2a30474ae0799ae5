// Collects the values that oracles record during an evaluation.
#pragma once

#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "core/search/executor.h"

namespace lode::core {

// Several threads may evaluate at once: a value belongs to the evaluation of the thread that
// records it. A thread that an oracle has started records for the evaluation under way if there is
// only one; otherwise its values are dropped.
class RecordCollector {
 public:
  // Begins an evaluation in this thread.
  void Begin();
  void Add(std::string_view name, double value);
  // Ends the evaluation in this thread. Returns its values.
  Records End();

 private:
  struct Call {
    std::thread::id thread;
    Records records{};
  };
  Call* OfThisThread();

  std::mutex mutex_;
  std::vector<Call> calls_;  // under way
};

}  // namespace lode::core

// Decides which of the steps in progress is finished next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/config/pipeline.h"
#include "core/search/evaluator.h"
#include "core/search/executor.h"
#include "core/search/step.h"

namespace lode::core {

class TakingOrder {
 public:
  // Both references outlive *this.
  TakingOrder(Order order, Evaluator& evaluator, Executor& executor);

  // True if the order depends on when evaluations finish.
  bool depends_on_time() const { return order_ == Order::kFinished; }

  // Sets the steps that a stored run took first, if the order depends on time. They are taken
  // again.
  void Replay(std::vector<std::uint64_t> steps) { replayed_ = std::move(steps); }

  // Returns the next of some steps, waiting for an evaluation if necessary. Throws HostError if the
  // steps differ from those of the stored run, CancelledError.
  Steps::iterator Next(Steps& steps);

 private:
  Steps::iterator Stored(Steps& steps);
  Steps::iterator Finished(Steps& steps);

  const Order order_;
  Evaluator& evaluator_;
  Executor& executor_;
  std::vector<std::uint64_t> replayed_;
  std::size_t taken_ = 0;  // of replayed_
};

}  // namespace lode::core

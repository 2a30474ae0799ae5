// Evaluations that an executor keeps until they are taken.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "core/search/executor.h"

namespace lode::core {

// Holds no more evaluations than there are queries at once, so it searches them one by one.
class FinishedEvaluations {
 public:
  // REQUIRES: it has no evaluation with this ID.
  void Add(std::uint64_t id, Evaluation evaluation);

  bool Contains(std::uint64_t id) const;
  // Returns the ID of the evaluation that was added first, if there is any.
  std::optional<std::uint64_t> First() const;

  // Removes an evaluation and returns it, if it is here.
  std::optional<Evaluation> Take(std::uint64_t id);

 private:
  std::deque<std::pair<std::uint64_t, Evaluation>> evaluations_;  // in the order of Add()
};

}  // namespace lode::core

// Answers that an executor keeps until they are taken.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "core/search/executor.h"

namespace lode::core {

// Holds no more answers than there are questions at once, so it searches them one by one.
class Answers {
 public:
  // Adds the answer to a question whose answer is not here.
  void Add(std::uint64_t id, Measurement measurement);

  bool Contains(std::uint64_t id) const;
  // Returns the ID of the answer that was added first, if there is any.
  std::optional<std::uint64_t> First() const;

  // Removes the answer to a question and returns it, if it is here.
  std::optional<Measurement> Take(std::uint64_t id);

 private:
  std::deque<std::pair<std::uint64_t, Measurement>> answers_;  // in the order of Add()
};

}  // namespace lode::core

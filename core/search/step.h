// A step whose result has not been told yet.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>

#include "core/plugin/component.h"
#include "core/search/evaluator.h"
#include "core/search/executor.h"

namespace lode::core {

struct Step {
  std::uint64_t number = 0;
  bool explores = false;      // the exploration strategy draws it at random
  bool asked = true;          // the optimizer was asked for the last proposal
  std::uint64_t attempt = 0;  // number of rejected proposals
  Action action{};            // empty if the optimizer proposed an architecture
  Evaluator::Ticket ticket{};
  Records records{};  // by exploration and optimizer
  std::size_t recorded_by_exploration = 0;
  std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
};

// In the order of asking.
using Steps = std::list<Step>;

}  // namespace lode::core

// Where evaluations happen: the search asks, an executor answers. core/exec has those there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/plugin/declaration.h"
#include "lode/plugin.hpp"

namespace lode::core {

// What the oracles that measure are asked.
struct Question {
  std::uint64_t id = 0;       // 1, 2, ...: of the evaluation
  std::uint64_t step = 0;     // of the search
  std::uint64_t attempt = 0;  // how many proposals were rejected before in this step
  std::uint64_t seed = 0;     // for the oracles' own randomness
  Architecture architecture;
  std::string text;  // the same in the space's notation
};

enum class Outcome { kMeasured, kFailed, kRejected };

using Records = std::vector<std::pair<std::string, double>>;

// What they answered.
struct Measurement {
  Outcome outcome = Outcome::kMeasured;
  std::vector<double> metrics;  // of all of them, in order; NaN where not asked
  std::string failure;          // why it failed, or ""
  double cost_seconds = 0;      // simulated, of all of them together
  Records records;              // what they noted
};

// The metrics of each oracle, in the pipeline's order.
using MetricLists = std::vector<std::vector<MetricDeclaration>>;

// Used by one thread.
class Executor {
 public:
  // Called as soon as a question is answered, from within Start and Finish.
  using Listener = std::function<void(const Question&, const Measurement&)>;

  virtual ~Executor() = default;

  // Of the oracles that measure (MeasuringOracles).
  virtual const MetricLists& metrics() const = 0;

  // How many questions it works on at once.
  virtual std::size_t capacity() const = 0;

  void Listen(Listener listener) { listener_ = std::move(listener); }

  // Begins to answer a question whose id is above those before. May throw CancelledError.
  virtual void Start(const Question& question) = 0;

  // Waits for the answer to a question that was started; once for each. Throws CancelledError if
  // the run is to end, HostError if nothing can be asked any more.
  virtual Measurement Finish(std::uint64_t id) = 0;

 protected:
  void Tell(const Question& question, const Measurement& measurement) const {
    if (listener_) {
      listener_(question, measurement);
    }
  }

 private:
  Listener listener_;
};

}  // namespace lode::core

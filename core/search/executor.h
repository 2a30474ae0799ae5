// Decides where evaluations happen: the search asks, an executor evaluates. The executors are in
// core/exec.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/plugin/declaration.h"
#include "core/plugin/fidelities.h"
#include "core/search/timing.h"
#include "lode/plugin.hpp"

namespace lode::core {

// What the measuring oracles are asked.
struct Query {
  std::uint64_t id = 0;       // of the evaluation: 1, 2, ...
  std::uint64_t step = 0;     // of the search
  std::uint64_t attempt = 0;  // the number of proposals rejected before in this step
  std::uint64_t seed = 0;     // for the oracles' own randomness
  Architecture architecture;
  std::string text;     // the same in the space's notation
  double fidelity = 1;  // in (0, 1]
};

enum class Outcome { kMeasured, kFailed, kRejected };

using Records = std::vector<std::pair<std::string, double>>;

// The result of a query.
struct Evaluation {
  Outcome outcome = Outcome::kMeasured;
  std::vector<double> metrics;  // of all those oracles, in order; NaN where not asked
  std::string failure;          // why it failed, or ""
  double cost_seconds = 0;      // simulated, the sum over the oracles
  Records records;              // values that the oracles recorded
  Timing timing{};
};

// The metrics of each oracle, in the pipeline's order.
using MetricLists = std::vector<std::vector<MetricDeclaration>>;

// The relaxed network that the optimizer of a run trains, wherever it lives.
class NetworkOwner {
 public:
  virtual ~NetworkOwner() = default;

  // For the optimizer; valid as long as *this.
  virtual lode_relaxed handle() = 0;
  virtual std::size_t cells() const = 0;  // of a mixture
  // Both throw HostError, CancelledError. A file is written completely or not at all.
  virtual void Save(const std::filesystem::path& file) = 0;
  virtual void Load(const std::filesystem::path& file) = 0;
};

// Use an executor from one thread only.
class Executor {
 public:
  // Called as soon as a query is evaluated, from within Start(), Next() and Finish().
  using Listener = std::function<void(const Query&, const Evaluation&)>;

  virtual ~Executor() = default;

  // The metrics of the measuring oracles (MeasuringOracles).
  virtual const MetricLists& metrics() const = 0;

  // The fidelities that all measuring oracles serve. Queries have no others.
  virtual const Fidelities& fidelities() const = 0;

  // Returns how many queries it evaluates at once.
  virtual std::size_t capacity() const = 0;

  // The network that the optimizer trains (NetworkOracle), or null. Lives as long as *this.
  virtual NetworkOwner* network() { return nullptr; }

  void Listen(Listener listener) { listener_ = std::move(listener); }

  // Begins to evaluate a query. Its ID is above all earlier ones. May throw CancelledError.
  virtual void Start(const Query& query) = 0;

  // Waits until a query that was started, but not finished, is evaluated, and returns its ID: of
  // several the one that was evaluated first. Finish() of that query then returns at once.
  // REQUIRES: there is such a query. Throws as Finish() does.
  virtual std::uint64_t Next() = 0;

  // Waits for the evaluation of a query that was started. Call it once for each. Throws
  // CancelledError if the run must end, HostError if no more queries can be evaluated.
  virtual Evaluation Finish(std::uint64_t id) = 0;

 protected:
  void Tell(const Query& query, const Evaluation& evaluation) const {
    if (listener_) { listener_(query, evaluation); }
  }

 private:
  Listener listener_;
};

}  // namespace lode::core

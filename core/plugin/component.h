// Instances of components: their creation from resolved values, the host's services for them, and
// their functions in C++.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <lode/plugin.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/plugin/component_call.h"
#include "core/plugin/declaration.h"
#include "core/plugin/fidelities.h"
#include "core/plugin/policy_space.h"
#include "core/plugin/random.h"

namespace lode::core {

// A component's report about a long call.
struct CallProgress {
  double fraction = -1;   // of the call, 0 to 1; negative: unknown
  std::string_view what;  // "epoch 3 of 12"; valid during the report
  bool prepares = false;  // the call is a preparation
  std::optional<std::uint32_t>
      worker{};  // the worker that evaluates, as in Timing, if there are any
};

// The context that all components of one run share. Outlives them.
struct RunContext {
  std::uint64_t seed = 0;
  const std::atomic<bool>* cancelled = nullptr;                     // may be null
  std::function<void(const CallProgress&)> progress;                // may be empty; any thread
  std::function<void(std::string_view name, double value)> record;  // may be empty
  // The directory in which oracles prepare, each in a subdirectory of its own; the oracle of a
  // preparation prepares in this directory itself. If empty, they do not prepare.
  std::filesystem::path prepared{};
  std::uint32_t threads = 1;  // that one call into a component may use
  // Set once nobody needs the results of calls under way, which then end as cancelled ones do.
  const std::atomic<bool>* abandoned = nullptr;  // may be null

  // Returns whether the run must end.
  bool is_cancelled() const {
    return cancelled != nullptr && cancelled->load(std::memory_order_relaxed);
  }
};

// Returns whether the component's table has every function that its kind requires.
bool HasRequiredFunctions(const lode_component& component);

// One instance of a component. Neither moved nor copied: the plugin knows its address. Calls are
// [serial] in the SDK's sense. A plugin's errors become HostErrors, "optimizer 'rea': its message".
class Instance {
 public:
  // `values` has one value for each declared parameter. `stream` distinguishes instances of one
  // component.
  Instance(const lode_component& component, const std::vector<Value>& values, const RunContext& run,
           std::string_view stream);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  const lode_component& component() const { return component_; }
  // The name in messages: "optimizer 'rea'".
  const std::string& title() const { return title_; }

  // Restarts its random numbers. Call it before every call into the instance that belongs to a
  // step.
  void Enter(std::uint64_t step, Phase phase, std::uint64_t attempt = 0) {
    stream_.Restart(step, phase, attempt);
  }

  bool CanSave() const;
  // Writes the learned state and the space in which it was learned to a new file, completely or not
  // at all. A checkpoint, which only its own run loads, needs no space.
  void Save(const std::filesystem::path& file, const PolicySpace& space = {}) const;
  // Also throws HostError for a state that was learned in another space.
  void Load(const std::filesystem::path& file, const PolicySpace& space = {});

 protected:
  template <class Api>
  const Api& api() const {
    return *static_cast<const Api*>(component_.api);
  }
  lode_instance* get() const { return instance_; }
  RandomStream& stream() { return stream_; }
  std::uint64_t seed() const { return run_.seed; }
  // Marks what is reported from now on as the progress of a preparation, or not.
  void ReportPreparation(bool prepares) { prepares_ = prepares; }

  // Makes a call and throws the error that it reports.
  void Call(const std::function<lode_status(lode_error*)>& call) const;

  // Returns the error message of a call that returned `status` != LODE_OK. For LODE_E_CANCELLED,
  // throws CancelledError if the user wants the run to end; otherwise it is a failure like others.
  std::string FailureOf(const lode_error& error, lode_status status) const;

 private:
  void FillHost();
  bool IsCancelled() const;
  static const Instance& Of(const lode_host* host) {
    return *static_cast<const Instance*>(host->ctx);
  }

  const lode_component& component_;
  std::string title_;
  const RunContext& run_;
  RandomStream stream_;
  lode_host host_{};
  lode_instance* instance_ = nullptr;
  std::atomic<bool> prepares_ = false;
};

class SpaceInstance : public Instance {
 public:
  using Instance::Instance;
  lode_space handle() const { return {&api<lode_space_api>(), get()}; }
  // The metrics that it computes for its architectures; may be empty.
  std::vector<MetricDeclaration> Metrics() const;

  // Calls a function that uses a lode::Space of the handle. Throws HostError and CancelledError as
  // calls of other components do.
  template <class Function>
  decltype(auto) Use(Function&& function) const {
    try {
      return CallComponent(title(), std::forward<Function>(function));
    } catch (const lode::Error& e) { Fail(e); }
  }

 private:
  [[noreturn]] void Fail(const lode::Error& error) const;
};

// One evaluation requested from an oracle.
struct OracleQuery {
  ArchitectureView architecture;
  double fidelity = 1;  // one that the oracle serves
  std::uint64_t seed = 0;
  std::span<double> metrics;  // filled if the query succeeds; metric_count() elements
};

class OracleInstance : public Instance {
 public:
  using Instance::Instance;

  std::vector<MetricDeclaration> Metrics() const;
  std::size_t metric_count() const;
  // Throws HostError; DeclarationError for malformed fidelities.
  void Bind(lode_space space);
  // Those that it serves. REQUIRES: Bind().
  const Fidelities& fidelities() const { return fidelities_; }

  // Returns whether the oracle prepares before it is asked. Prepare() is called after Bind(), in an
  // existing directory, by one instance at a time. Its random numbers are then the same in all
  // runs.
  bool CanPrepare() const;
  void Prepare(const std::filesystem::path& directory);

  // Its relaxed network, if it has one: valid as long as *this. REQUIRES: Bind().
  std::optional<lode_relaxed> relaxed() const;

  // The result of a query, or the reason of its failure.
  struct Outcome {
    bool ok = false;
    std::string failure;
    double cost_seconds = 0;
  };
  // Measures all in one call. Returns an outcome for each query.
  std::vector<Outcome> Evaluate(std::span<const OracleQuery> queries);
  Outcome Evaluate(const OracleQuery& query) { return Evaluate(std::span(&query, 1)).front(); }

 private:
  Fidelities fidelities_;
};

class ExplorationInstance : public Instance {
 public:
  using Instance::Instance;

  bool Explore(std::uint64_t step);
  void Perturb(std::uint64_t step, std::span<float> action, std::uint64_t attempt = 0);
};

class OptimizerInstance : public Instance {
 public:
  using Instance::Instance;

  void Bind(lode_space space);
  // Returns whether it proposes other fidelities than 1, if it is offered any.
  bool TakesFidelities() const;
  // Says which fidelities it may propose: called at most once, after Bind() and before Load() and
  // the first Ask(). Does nothing unless it takes fidelities. Throws HostError if it cannot work
  // with these.
  void Offer(const Fidelities& fidelities);
  // Returns whether it trains a relaxed network.
  bool TrainsNetwork() const;
  // Gives it the network: called once, after Bind() and before Load() and the first Ask().
  // REQUIRES: TrainsNetwork(). Throws HostError if it cannot work with this one.
  void Connect(lode_relaxed network);
  // Returns whether it has nothing more to propose.
  bool IsExhausted() const;

  struct Proposed {
    lode_proposal_kind kind;
    double fidelity;  // 1, or one that was offered
  };
  // Fills one of the two buffers (`cells` elements each) and returns which.
  Proposed Ask(std::span<float> action, std::span<std::uint8_t> architecture);
  void Tell(const lode_trial& trial);

 private:
  Fidelities offered_;
};

}  // namespace lode::core

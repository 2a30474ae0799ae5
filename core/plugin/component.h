// Instances of components: creation from resolved values, the host's services for them, and their
// calls as C++.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <lode/plugin.hpp>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/plugin/component_call.h"
#include "core/plugin/declaration.h"
#include "core/plugin/random.h"

namespace lode::core {

// What all components of one run share. Outlives them.
struct RunContext {
  std::uint64_t seed = 0;
  const std::atomic<bool>* cancelled = nullptr;                          // may be null
  std::function<void(double fraction, std::string_view what)> progress;  // may be empty; any thread
  std::function<void(std::string_view name, double value)> record;       // may be empty
  // In which oracles prepare, each in a directory of its own; the one of a preparation in this one.
  // Empty: they do not.
  std::filesystem::path prepared{};
  std::uint32_t threads = 1;  // that a call into a component may keep busy
};

// Whether the component's table has every function that its kind must have.
bool HasRequiredFunctions(const lode_component& component);

// One instance of a component. Its address is known to the plugin, so it neither moves nor copies.
// Calls are [serial] as the SDK says. Errors of the plugin come out as HostError, "optimizer 'rea':
// what it said".
class Instance {
 public:
  // `values`: one for each declared parameter. `stream` tells instances of one component apart.
  Instance(const lode_component& component, const std::vector<Value>& values, const RunContext& run,
           std::string_view stream);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  const lode_component& component() const { return component_; }
  // "optimizer 'rea'": how messages call it.
  const std::string& title() const { return title_; }

  // Restarts its random numbers: call it before every call into the instance that belongs to a
  // step.
  void Enter(std::uint64_t step, Phase phase, std::uint64_t attempt = 0) {
    stream_.Restart(step, phase, attempt);
  }

  bool CanSave() const;
  // Writes the learned state to a new file, whole or not at all.
  void Save(const std::filesystem::path& file) const;
  void Load(const std::filesystem::path& file);

 protected:
  template <class Api>
  const Api& api() const {
    return *static_cast<const Api*>(component_.api);
  }
  lode_instance* get() const { return instance_; }
  RandomStream& stream() { return stream_; }
  std::uint64_t seed() const { return run_.seed; }

  // Runs a call and throws what it reports.
  void Call(const std::function<lode_status(lode_error*)>& call) const;

  // What a call that returned `status` != LODE_OK reports. LODE_E_CANCELLED becomes CancelledError if
  // the user wants the run to end, and is a failure like others if not.
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
};

class SpaceInstance : public Instance {
 public:
  using Instance::Instance;
  lode_space handle() const { return {&api<lode_space_api>(), get()}; }
  // What it computes of its architectures; empty if nothing.
  std::vector<MetricDeclaration> Metrics() const;

  // Calls functions of a lode::Space of the handle. Throws HostError and CancelledError as calls of
  // other components do.
  template <class Function>
  decltype(auto) Use(Function&& function) const {
    try {
      return CallComponent(title(), std::forward<Function>(function));
    } catch (const lode::Error& e) {
      Fail(e);
    }
  }

 private:
  [[noreturn]] void Fail(const lode::Error& error) const;
};

class OracleInstance : public Instance {
 public:
  using Instance::Instance;

  std::vector<MetricDeclaration> Metrics() const;
  std::size_t metric_count() const;
  void Bind(lode_space space);

  // Whether it does something once before it is asked; then after Bind, in a directory that exists,
  // one instance at a time. Its random numbers are the same in all runs meanwhile.
  bool CanPrepare() const;
  void Prepare(const std::filesystem::path& directory);

  // Measures one architecture; true and the metrics, or false and the reason.
  struct Outcome {
    bool ok = false;
    std::string failure;
    double cost_seconds = 0;
  };
  Outcome Evaluate(ArchitectureView architecture, std::uint64_t seed, std::span<double> metrics);
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
  // It has nothing more to propose.
  bool IsExhausted() const;
  // Fills one of the two buffers (cells elements each) and says which.
  lode_proposal_kind Ask(std::span<float> action, std::span<std::uint8_t> architecture);
  void Tell(const lode_trial& trial);
};

}  // namespace lode::core

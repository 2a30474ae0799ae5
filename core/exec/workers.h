// Evaluates in several processes of this machine at once. A process that misbehaves costs only the
// query that it was asked.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/exec/dispatcher.h"
#include "core/exec/network_link.h"
#include "core/exec/worker_process.h"
#include "core/plugin/error.h"

namespace lode::core {

// A process was killed or crashed before it could evaluate. Starting it again may help.
class WorkerLost : public HostError {
 public:
  using HostError::HostError;
};

class Workers : public Dispatcher {
 public:
  struct Limits {
    double timeout_seconds = 0;      // for one query; 0: none
    std::uint64_t memory_limit = 0;  // MiB, for a process and what it has started; 0: none

    // "took longer than the timeout of 5 s", "took more memory than the limit of 100 MiB"
    std::string TimeoutText() const;
    std::string MemoryText() const;
  };

  // Starts `count` processes and waits until the first can be asked. Processes that end are started
  // again when there are queries for them. The destructor ends all of them within two seconds.
  // `run` outlives *this. `idle` is called at least every 50 ms while waiting. Throws HostError if
  // the oracles cannot be created, WorkerLost if the first process repeatedly ends while it starts,
  // CancelledError.
  Workers(std::size_t count, const Limits& limits, Setup setup, WorkerProgram program,
          const RunContext& run, std::function<void()> idle = {});
  ~Workers() override;

  std::size_t capacity() const override { return slots_.size(); }
  // In the first process, if the oracles have one to train. If that process ends, so do the
  // network and the search.
  NetworkOwner* network() override { return network_.get(); }

 private:
  // A place for a process, and its current query.
  struct Slot {
    std::unique_ptr<WorkerProcess> process;
    bool ready = false;     // the process has reported its metrics
    std::string refusal{};  // why the process cannot evaluate
    bool refused = false;   // whether the process itself said so
    std::optional<Query> query{};
    std::uint64_t calls = 0;  // into components, when the query was sent
    Stopwatch stopwatch{};    // since the process could start to evaluate
  };

  bool Give(const Query& query) override;
  NetworkReply CallNetwork(const NetworkCall& call);
  void RequireNetwork() const;
  void TakeNetwork(const Ready& ready);
  void Wait() override;

  void Launch(Slot& slot);
  void AwaitFirst();
  Slot* FreeSlot();
  std::uint32_t NumberOf(const Slot& slot) const;
  // Waits for input, for at most a slice.
  void Poll() const;
  // Handles the messages from the slot's process, which may have ended.
  void Receive(Slot& slot);
  void Handle(Slot& slot, Message& message);
  void HandleEnd(Slot& slot);
  bool HasNotBegun(const Slot& slot) const;
  void Lose(Slot& slot, const std::string& reason);
  void CheckLimits();
  void CheckTime(Slot& slot);
  void CheckMemory(Slot& slot);
  void RemoveEnded();

  const Limits limits_;
  const Setup setup_;
  const WorkerProgram program_;
  const std::function<void()> idle_;
  std::vector<Slot> slots_;
  std::vector<std::unique_ptr<WorkerProcess>> ending_;  // processes that were told to end
  Clock::time_point next_check_{};
  std::unique_ptr<NetworkOwner> network_;
  std::optional<NetworkReply> reply_;
  std::string network_lost_;  // why, once it is
};

}  // namespace lode::core

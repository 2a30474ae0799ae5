// A run whose space, explorations, optimizer and free oracles are in a process of their own. A
// fault in them ends that process and the run, and nothing else.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/exec/message.h"
#include "core/exec/worker_process.h"
#include "core/exec/workers.h"
#include "core/plugin/component.h"
#include "core/search/best_tracker.h"
#include "core/search/executor.h"
#include "core/search/run.h"

namespace lode::core {

class RemoteRun : public Runner {
 public:
  // Starts the process and waits until it can search. The oracles that measure stay with
  // `executor`, in this process. `limits` apply to one call into a component and to the process.
  // `run` outlives *this. Throws HostError, CancelledError.
  RemoteRun(const Setup& setup, const RewardConfig& reward, const Workers::Limits& limits,
            const WorkerProgram& program, const RunContext& run,
            std::unique_ptr<Executor> executor);

  const std::vector<MetricDeclaration>& metrics() const override { return ready_.metrics; }
  const std::vector<std::size_t>& free_metrics() const override { return ready_.free_metrics; }
  std::vector<std::string> ComputableMetrics() const override { return ready_.computable_metrics; }
  const Reward& reward() const override { return *reward_; }
  bool chooses_fidelities() const override { return ready_.chooses_fidelities; }
  RunResult Execute(const std::vector<TrialObserver*>& observers,
                    const Beginning& beginning) override;
  bool SavePolicy(const std::filesystem::path& file) override;

 private:
  using Clock = WorkerProcess::Clock;

  // Returns the next message that is not simply forwarded. Returns nothing if the process is lost;
  // then why_ says why.
  std::optional<Message> Next();
  // Receives messages and enforces limits and cancellation.
  void Watch();
  void Lose(const std::string& why);
  void Interrupt();

  // Answers a request of the process. Throws what the executor and the observers throw.
  void Handle(Message& message);
  void HandleSafely(Message& message);
  void WaitFor(std::uint64_t id);
  void Pass(const Evaluated& evaluation);
  void Pass(const Told& trial);
  void Send(const Message& message);

  RunResult Lost() const;

  const RunContext& run_;
  const Workers::Limits limits_;
  std::unique_ptr<Executor> executor_;
  WorkerProcess process_;
  SearchReady ready_;
  std::optional<Reward> reward_;  // set once the process is ready
  bool is_ready_ = false;
  std::deque<Message> received_;
  std::vector<TrialObserver*> observers_;
  std::string fault_;  // of an observer or the executor, reported at the next request
  std::string why_;
  ExactBest best_;
  RunResult so_far_;                             // as far as this process can tell
  std::uint64_t calls_ = 0;                      // into components, at the last check
  Clock::time_point busy_since_ = Clock::now();  // with the current call
  std::optional<Clock::time_point> interrupted_since_;
};

}  // namespace lode::core

// Lets the host ask the oracles that measure, which stay in the host's process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>

#include "core/exec/host_channel.h"
#include "core/exec/message.h"
#include "core/search/executor.h"
#include "core/search/finished_evaluations.h"

namespace lode::core {

class HostExecutor : public Executor {
 public:
  // `host` outlives *this.
  HostExecutor(const SearchSetup& setup, HostChannel& host);

  const MetricLists& metrics() const override { return metrics_; }
  const Fidelities& fidelities() const override { return fidelities_; }
  std::size_t capacity() const override { return capacity_; }
  NetworkOwner* network() override { return network_.get(); }
  void Start(const Query& query) override;
  std::uint64_t Next() override;
  Evaluation Finish(std::uint64_t id) override;

  // Waits until the host has stored what it was told. Evaluations that arrive meanwhile wait for
  // Next() and Finish(): like those of any executor, they are not reported earlier.
  void WaitForHost();

 private:
  Message Receive();
  NetworkReply CallNetwork(const NetworkCall& call);
  void TakeEarly();
  void Take(Finished finished);

  const MetricLists metrics_;
  const Fidelities fidelities_;
  const std::size_t capacity_;
  HostChannel& host_;
  std::map<std::uint64_t, Query> asked_;
  std::deque<Finished> early_;
  FinishedEvaluations finished_;
  std::unique_ptr<NetworkOwner> network_;
};

}  // namespace lode::core

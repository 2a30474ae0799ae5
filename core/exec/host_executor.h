// Lets the host ask the oracles that measure, which stay in the host's process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>

#include "core/exec/host_channel.h"
#include "core/exec/message.h"
#include "core/search/answers.h"
#include "core/search/executor.h"

namespace lode::core {

class HostExecutor : public Executor {
 public:
  // `host` outlives *this.
  HostExecutor(const SearchSetup& setup, HostChannel& host)
      : metrics_(setup.metrics),
        fidelities_(setup.fidelities),
        capacity_(setup.capacity),
        host_(host) {}

  const MetricLists& metrics() const override { return metrics_; }
  const Fidelities& fidelities() const override { return fidelities_; }
  std::size_t capacity() const override { return capacity_; }
  void Start(const Question& question) override;
  std::uint64_t Next() override;
  Measurement Finish(std::uint64_t id) override;

  // Waits until the host has stored what it was told. Answers that arrive meanwhile wait for
  // Next() and Finish(): like those of any executor, they are not reported earlier.
  void WaitForHost();

 private:
  Message Receive();
  void TakeEarly();
  void Take(Answer answer);

  const MetricLists metrics_;
  const Fidelities fidelities_;
  const std::size_t capacity_;
  HostChannel& host_;
  std::map<std::uint64_t, Question> asked_;
  std::deque<Answer> early_;
  Answers answers_;
};

}  // namespace lode::core

// Evaluates on the other ranks of an MPI job.
#pragma once

#include <optional>
#include <vector>

#include "core/exec/dispatcher.h"
#include "core/exec/mpi_session.h"

namespace lode::core {

class Ranks : public Dispatcher {
 public:
  // Asks all ranks above 0 to evaluate for this run; they are free again after *this. Everything
  // outlives *this. Throws HostError if one of them cannot, CancelledError.
  Ranks(MpiSession& session, const Setup& setup, const RunContext& run);
  ~Ranks() override;

  std::size_t capacity() const override { return asked_.size(); }

 private:
  bool Give(const Question& question) override;
  void Wait() override;

  void Begin(const Setup& setup);
  // Ends the job if a rank does not answer any more.
  void StopAll();
  void Handle(int rank, Message& message);

  MpiSession& session_;
  MpiLink& link_;
  std::vector<std::optional<Question>> asked_;  // of rank 1, 2, ...
  std::size_t ready_ = 0;                       // ranks
};

}  // namespace lode::core

// Evaluates on the other ranks of an MPI job.
#pragma once

#include <optional>
#include <vector>

#include "core/exec/dispatcher.h"
#include "core/exec/mpi_session.h"

namespace lode::core {

class Ranks : public Dispatcher {
 public:
  // Asks all ranks above 0 to evaluate for this run. The destructor frees them again. All arguments
  // outlive *this. Throws HostError if a rank cannot evaluate, CancelledError.
  Ranks(MpiSession& session, const Setup& setup, const RunContext& run);
  ~Ranks() override;

  std::size_t capacity() const override { return asked_.size(); }

 private:
  bool Give(const Query& query) override;
  void Wait() override;

  void Begin(const Setup& setup);
  // Tells all ranks to stop. Ends the job if one of them no longer answers.
  void StopAll();
  void Handle(int rank, Message& message);

  MpiSession& session_;
  MpiLink& link_;
  std::vector<std::optional<Query>> asked_;  // by rank 1, 2, ...
  std::size_t ready_ = 0;                    // number of ranks
};

}  // namespace lode::core

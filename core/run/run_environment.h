// The environment of runs: where they evaluate, who observes them, and who can end them.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "core/exec/make_executor.h"
#include "core/run/cancel_token.h"
#include "core/run/completion.h"
#include "core/run/run_listener.h"

namespace lode::core {

// Everything it refers to outlives the execution that uses it.
struct RunEnvironment {
  WorkerProgram program;      // run by worker processes: ThisProgram, if this is lode
  MpiSession* mpi = nullptr;  // null: runs evaluate on this machine, even under mpirun
  RunListener& listener;
  CancelToken& cancel;
  unsigned runs_at_once = 0;             // 0: as many as the processors allow
  std::optional<double> wall_seconds{};  // replaces the pipelines' budgets; 0: no limit
  std::chrono::steady_clock::time_point since =
      std::chrono::steady_clock::now();  // start of the wall time

  bool evaluates_on_ranks() const { return mpi != nullptr && UnderMpi(); }

  // Returns how long all of these searches together may take: the smallest limit; 0: no limit.
  double WallSeconds(const std::vector<const Search*>& searches) const;
};

// Returns how cancelled work ended.
Completion CompletionOf(const CancelToken& cancelled);

}  // namespace lode::core

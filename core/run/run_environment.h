// What is around runs: where they evaluate, who hears of them, who can end them.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "core/exec/make_executor.h"
#include "core/run/cancel_token.h"
#include "core/run/completion.h"
#include "core/run/run_listener.h"

namespace lode::core {

// All that it refers to outlives the execution that is given it.
struct RunEnvironment {
  WorkerProgram program;      // what worker processes execute: ThisProgram, if this program is lode
  MpiSession* mpi = nullptr;  // null: runs evaluate on this machine, under mpirun too
  RunListener& listener;
  CancelToken& cancel;
  unsigned runs_at_once = 0;             // 0: as many as there are processors for
  std::optional<double> wall_seconds{};  // instead of what the pipelines' budgets say; 0: any time
  std::chrono::steady_clock::time_point since =
      std::chrono::steady_clock::now();  // when that began

  bool evaluates_on_ranks() const { return mpi != nullptr && UnderMpi(); }

  // How long all of these searches together may take: the least that one of them says; 0: any time.
  double WallSeconds(const std::vector<const Search*>& searches) const;
};

// How work ended that was cancelled.
Completion CompletionOf(const CancelToken& cancelled);

}  // namespace lode::core

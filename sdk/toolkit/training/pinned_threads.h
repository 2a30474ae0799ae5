// Threads that the scheduler does not move.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>

#include <cstdint>
#include <vector>

namespace lode::training {

// While the object lives, LibTorch computes what the calling thread starts with this many threads,
// the calling one included, each pinned to a processor of its own; OpenBLAS, whose threads cannot
// be pinned, computes with the calling one only. Afterwards the threads may run where they could
// before.
class PinnedThreads {
 public:
  // Throws UnsupportedError if the calling thread may run on fewer processors.
  explicit PinnedThreads(std::int64_t threads);
  PinnedThreads(const PinnedThreads&) = delete;
  PinnedThreads& operator=(const PinnedThreads&) = delete;
  ~PinnedThreads();

 private:
  std::vector<cpu_set_t> before_;  // where each thread could run
  int blas_threads_;
};

// Returns the processors on which the calling thread may run.
std::vector<int> AllowedProcessors();

}  // namespace lode::training

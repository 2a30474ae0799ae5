#include "toolkit/training/pinned_threads.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <functional>
#include <lode/plugin.hpp>
#include <string>

#include "toolkit/training/device.h"

namespace lode::training {
namespace {

cpu_set_t AllowedSet() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) {
    throw UnsupportedError(std::string("the processors of a thread are not known: ") +
                           std::strerror(errno));
  }
  return set;
}

// From the one that the calling thread is on: the scheduler has found it idle.
std::vector<int> ProcessorsFor(std::int64_t threads) {
  std::vector<int> processors = AllowedProcessors();
  if (processors.size() < static_cast<std::size_t>(threads)) {
    throw UnsupportedError("threads is " + std::to_string(threads) + ", and the process may use " +
                           std::to_string(processors.size()) + " processors");
  }
  const auto here = std::ranges::find(processors, sched_getcpu());
  if (here != processors.end()) { std::rotate(processors.begin(), here, processors.end()); }
  return processors;
}

// Calls `body` with 0, 1, ... in each of LibTorch's threads.
void InEachThread(std::size_t threads, const std::function<void(std::size_t)>& body) {
  at::parallel_for(0, static_cast<std::int64_t>(threads), 1, [&](auto begin, auto end) {
    for (auto i = begin; i < end; ++i) { body(static_cast<std::size_t>(i)); }
  });
}

// Sets OpenBLAS's number of threads and returns what it was. LibTorch may use another library, for
// which this does nothing.
int SetBlasThreads(int threads) {
  const auto get = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
  const auto set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  if (get == nullptr || set == nullptr) { return threads; }
  const int before = get();
  set(threads);
  return before;
}

}  // namespace

std::vector<int> AllowedProcessors() {
  const cpu_set_t set = AllowedSet();
  std::vector<int> processors;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(static_cast<std::size_t>(i), &set)) { processors.push_back(i); }
  }
  return processors;
}

PinnedThreads::PinnedThreads(std::int64_t threads) {
  const std::vector<int> processors = ProcessorsFor(threads);
  UseThreads(threads);
  before_.assign(static_cast<std::size_t>(threads), AllowedSet());
  InEachThread(before_.size(), [&](std::size_t i) {
    before_[i] = AllowedSet();
    cpu_set_t own;
    CPU_ZERO(&own);
    CPU_SET(static_cast<std::size_t>(processors[i]), &own);
    sched_setaffinity(0, sizeof own, &own);
  });
  blas_threads_ = SetBlasThreads(1);
}

PinnedThreads::~PinnedThreads() {
  SetBlasThreads(blas_threads_);
  InEachThread(before_.size(),
               [&](std::size_t i) { sched_setaffinity(0, sizeof before_[i], &before_[i]); });
}

}  // namespace lode::training

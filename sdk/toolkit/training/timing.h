// Times work that takes about as long each time, on a machine that may disturb some of the times.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <lode/plugin.hpp>
#include <string>
#include <vector>

#include "toolkit/training/parameters.h"

namespace lode::training {

// How timings are taken; the Config of an oracle that takes them derives from it.
struct TimingConfig {
  std::int64_t threads = 1;
  std::int64_t warm_up = 3;
  std::int64_t rounds = 15;
  std::int64_t passes = 1;
  std::string clock = "elapsed";

  bool counts_processor_time() const { return clock == "processor"; }
};

// Appends them to an oracle's own parameters.
template <class C>
void AddTimingParameters(Params<C>& params) {
  const auto add = Appender<TimingConfig>(params);
  add("threads", &TimingConfig::threads,
      "Threads that compute, each pinned to a processor of its own; at most [execution] threads.",
      Range{1, 1024});
  add("warm_up", &TimingConfig::warm_up, "Passes before the first round, which are not timed.",
      Range{0, 10000});
  add("rounds", &TimingConfig::rounds,
      "Rounds that are timed; the latency is their median, the spread their interquartile range.",
      Range{1, 100000});
  add("passes", &TimingConfig::passes,
      "Passes in a round, whose time is their mean: more than one for what takes microseconds.",
      Range{1, 100000});
  add("clock", &TimingConfig::clock,
      "What is counted: elapsed time; or processor, the time in which the thread had a processor, "
      "which other programs disturb less. The latter needs threads = 1.",
      Choices{{"elapsed", "processor"}});
}

// Returns the milliseconds since some moment.
using Clock = std::function<double()>;

// That of the machine, and that of the calling thread, which stands still while it waits.
double ElapsedMilliseconds();
double ProcessorMilliseconds();
// The one that the configuration names. Throws InvalidError for processor time of several threads.
Clock ClockOf(const TimingConfig& config);

struct Timing {
  double median = 0;  // ms of a pass
  double spread = 0;  // ms: the interquartile range
};

// What happens around each pass of the warm-up and each round; `begin` may wait or throw.
struct TimingHooks {
  std::function<void()> begin;
  std::function<void()> end;
};

Timing TimePasses(const std::function<void()>& pass, const TimingConfig& config, const Clock& clock,
                  const TimingHooks& hooks);

// Median and interquartile range. Between values, quantiles are interpolated linearly. REQUIRES:
// there is a value.
Timing Summarize(std::vector<double> values);

}  // namespace lode::training

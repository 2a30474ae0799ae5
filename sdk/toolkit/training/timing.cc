#include "toolkit/training/timing.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <ctime>

namespace lode::training {
namespace {

// REQUIRES: `sorted` is not empty, 0 <= share <= 1.
double Quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(place));
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - std::floor(place)) * (sorted[above] - sorted[below]);
}

}  // namespace

double ElapsedMilliseconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(now).count();
}

double ProcessorMilliseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
}

Clock ClockOf(const TimingConfig& config) {
  if (!config.counts_processor_time()) { return ElapsedMilliseconds; }
  if (config.threads > 1) {
    throw InvalidError("clock \"processor\" counts the time of one thread, and threads is " +
                       std::to_string(config.threads));
  }
  return ProcessorMilliseconds;
}

Timing Summarize(std::vector<double> values) {
  std::ranges::sort(values);
  return {Quantile(values, 0.5), Quantile(values, 0.75) - Quantile(values, 0.25)};
}

Timing TimePasses(const std::function<void()>& pass, const TimingConfig& config, const Clock& clock,
                  const TimingHooks& hooks) {
  for (std::int64_t i = 0; i < config.warm_up; ++i) {
    hooks.begin();
    pass();
    hooks.end();
  }
  std::vector<double> times;
  for (std::int64_t round = 0; round < config.rounds; ++round) {
    hooks.begin();
    const double start = clock();
    for (std::int64_t i = 0; i < config.passes; ++i) { pass(); }
    times.push_back((clock() - start) / static_cast<double>(config.passes));
    hooks.end();
  }
  return Summarize(std::move(times));
}

}  // namespace lode::training

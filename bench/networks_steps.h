// What the programs FAMILY_networks_steps share: they time training steps and evaluations of
// networks for bench/networks_vs_pytorch.py.
#pragma once

#include <time.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "toolkit/training/batch_norm.h"
#include "toolkit/training/device.h"
#include "toolkit/training/random_images.h"
#include "toolkit/training/trainer.h"

namespace lode::bench {

inline constexpr std::size_t kBatch = 64, kSide = 32, kClasses = 10;
inline constexpr std::size_t kWarmUp = 1;  // steps that are not measured: the first one allocates

// Measures the time between Start and Stop: the thread's processor time, or elapsed time.
class StopWatch {
 public:
  explicit StopWatch(bool one_thread) : one_thread_(one_thread) {}
  void Start() { start_ = Now(); }
  void Stop() { seconds_.push_back(Now() - start_); }
  // Returns the median without the first kWarmUp measurements. REQUIRES: there are more.
  double Median() const {
    std::vector<double> sorted(seconds_.begin() + kWarmUp, seconds_.end());
    std::sort(sorted.begin(), sorted.end());
    const std::size_t n = sorted.size();
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }

 private:
  double Now() const {
    timespec now{};
    clock_gettime(one_thread_ ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  }

  bool one_thread_;
  double start_ = 0;
  std::vector<double> seconds_;
};

// Forward takes images and a training::Pass and returns a training::Prediction.
template <class Forward>
double SecondsOfTrainingStep(torch::nn::Module& network, const Forward& forward,
                             images::Loader& loader, StopWatch watch) {
  const training::Trainee trainee{network, [&](const torch::Tensor& images, const training::Step&) {
                                    return forward(images, training::Pass::Training());
                                  }};
  // The training loop asks whether it is cancelled before each step, and reports after it.
  const training::TrainingHooks hooks{[&] {
                                        watch.Start();
                                        return false;
                                      },
                                      [&](double, const std::string&) { watch.Stop(); }};
  training::Train(trainee, loader, {}, 1, torch::kCPU, {}, hooks);
  return watch.Median();
}

template <class Forward>
double SecondsOfEvaluation(const Forward& forward, images::Loader& loader, StopWatch watch) {
  const torch::NoGradGuard no_grad;
  images::Batch batch;
  loader.Begin(1);
  while (loader.Next(batch)) {
    watch.Start();
    forward(training::ImagesOf(batch, torch::kCPU), training::Pass::Evaluation());
    watch.Stop();
  }
  return watch.Median();
}

// Prints the median seconds of a training step and of an evaluated batch.
template <class Forward>
void PrintSeconds(torch::nn::Module& network, const Forward& forward, std::size_t repeats,
                  const StopWatch& watch) {
  const auto loader =
      training::RandomImages((kWarmUp + repeats) * kBatch, {kBatch, kSide, kClasses});
  const double step = SecondsOfTrainingStep(network, forward, *loader, watch);
  std::printf("%.9f %.9f\n", step, SecondsOfEvaluation(forward, *loader, watch));
  std::fflush(stdout);
}

// The arguments THREADS REPEATS SIZE; what the size is depends on the family.
struct Arguments {
  long threads, repeats, size;
};

// Serve(line, arguments) measures the network of each line of standard input; false: it is invalid.
// `size`: what the third argument is called.
template <class Serve>
int ServeLines(int argc, char** argv, const char* program, const char* size, const Serve& serve) {
  const auto number = [&](int i) { return i < argc ? std::strtol(argv[i], nullptr, 10) : 0; };
  const Arguments arguments{number(1), number(2), number(3)};
  if (argc != 4 || std::min({arguments.threads, arguments.repeats, arguments.size}) < 1) {
    std::fprintf(stderr, "usage: %s THREADS REPEATS %s (all at least 1)\n", program, size);
    return 2;
  }
  training::UseThreads(arguments.threads);
  std::string line;
  while (std::getline(std::cin, line)) {
    if (!serve(line, arguments)) { return 1; }
  }
  return 0;
}

}  // namespace lode::bench

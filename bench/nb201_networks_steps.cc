// nb201_networks_steps THREADS REPEATS: reads strings of NAS-Bench-201 cells, one per line, from
// standard input. For each, trains the benchmark's network of that cell for a few steps on batches
// of 64 images of 32 x 32 pixels, evaluates as many batches, and prints the median seconds of a
// training step and of an evaluated batch: the thread's processor time with one thread, elapsed
// time with more. bench/nb201_networks_vs_pytorch.py runs it.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "plugins/spaces/nb201/networks/network.h"
#include "toolkit/training/device.h"
#include "toolkit/training/random_images.h"
#include "toolkit/training/trainer.h"

namespace nb201 {
namespace {

using lode::images::Loader;
using lode::training::Pass;

constexpr std::size_t kBatch = 64, kSide = 32, kClasses = 10;
constexpr std::size_t kWarmUp = 1;  // steps that are not measured: the first one allocates

// Measures the time between Start and Stop.
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

// The training loop asks whether it is cancelled before each step and reports progress after it.
double SecondsOfTrainingStep(Network& network, const Cell& cell, Loader& loader, StopWatch watch) {
  const lode::training::Trainee trainee{
      *network,
      [&](const torch::Tensor& images, const lode::training::Step&) -> lode::training::Prediction {
        return {network(images, cell, Pass::Training()), {}};
      }};
  const lode::training::TrainingHooks hooks{[&] {
                                              watch.Start();
                                              return false;
                                            },
                                            [&](double, const std::string&) { watch.Stop(); }};
  lode::training::Train(trainee, loader, {}, 1, torch::kCPU, {}, hooks);
  return watch.Median();
}

double SecondsOfEvaluation(Network& network, const Cell& cell, Loader& loader, StopWatch watch) {
  const torch::NoGradGuard no_grad;
  lode::images::Batch batch;
  loader.Begin(1);
  while (loader.Next(batch)) {
    watch.Start();
    network(lode::training::ImagesOf(batch, torch::kCPU), cell, Pass::Evaluation());
    watch.Stop();
  }
  return watch.Median();
}

int Serve(std::size_t repeats, const StopWatch& watch) {
  const auto loader =
      lode::training::RandomImages((kWarmUp + repeats) * kBatch, {kBatch, kSide, kClasses});
  std::string line;
  while (std::getline(std::cin, line)) {
    Cell cell{};
    ParseError error;
    if (!Parse(line, &cell, &error)) {
      std::fprintf(stderr, "nb201_networks_steps: %s\n", error.message.c_str());
      return 1;
    }
    Network network(NetworkConfig{}, cell, 1);
    const double step = SecondsOfTrainingStep(network, cell, *loader, watch);
    std::printf("%.9f %.9f\n", step, SecondsOfEvaluation(network, cell, *loader, watch));
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace nb201

int main(int argc, char** argv) {
  const long threads = argc == 3 ? std::strtol(argv[1], nullptr, 10) : 0;
  const long repeats = argc == 3 ? std::strtol(argv[2], nullptr, 10) : 0;
  if (threads < 1 || repeats < 1) {
    std::fputs("usage: nb201_networks_steps THREADS REPEATS (both at least 1)\n", stderr);
    return 2;
  }
  lode::training::UseThreads(threads);
  return nb201::Serve(static_cast<std::size_t>(repeats), nb201::StopWatch(threads == 1));
}

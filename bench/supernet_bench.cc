// Measures a training step of the DARTS supernet along a path, alternating with that of the path's
// own network, which has the same operations: "ratio" is the quotient of the medians. Arguments:
// the genotype, channels and threads.
#include <benchmark/benchmark.h>

#include <array>
#include <vector>

#include "bench/networks_steps.h"
#include "plugins/spaces/darts/networks/network.h"
#include "plugins/spaces/darts/networks/supernet.h"
#include "plugins/spaces/darts/published.h"
#include "plugins/spaces/darts/text.h"

namespace lode::bench {
namespace {

constexpr std::array<const char*, 4> kGenotypes = {darts::kDartsV1, darts::kDartsV2,
                                                   darts::kPcDartsCifar, darts::kPcDartsImage};
constexpr std::size_t kSteps = 2;  // of each in a turn

// All channels pass the operations, as in the network of a genotype.
darts::SupernetConfig Shape(std::int64_t channels) {
  darts::SupernetConfig shape;
  shape.network = "cifar";
  shape.cells = 8;
  shape.channels = channels;
  shape.classes = kClasses;
  shape.channel_groups = 1;
  shape.affine = true;
  return shape;
}

double MedianOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void SupernetStep(benchmark::State& state) {
  const darts::Genotype genotype =
      darts::Parse(kGenotypes[static_cast<std::size_t>(state.range(0))]);
  const darts::SupernetConfig shape = Shape(state.range(1));
  training::UseThreads(state.range(2));
  darts::Supernet supernet(shape, 1);
  darts::Network network(shape, genotype, 1);
  const auto along_path = [&](const torch::Tensor& images, const training::Pass& pass) {
    return training::Prediction{supernet(images, genotype, pass), {}};
  };
  const auto alone = [&](const torch::Tensor& images, const training::Pass& pass) {
    return network(images, pass);
  };
  const auto loader =
      training::RandomImages((kWarmUp + kSteps) * kBatch, {kBatch, kSide, kClasses});
  const StopWatch watch(state.range(2) == 1);
  std::vector<double> of_supernet, of_network;
  for (auto _ : state) {
    of_supernet.push_back(SecondsOfTrainingStep(*supernet, along_path, *loader, watch));
    of_network.push_back(SecondsOfTrainingStep(*network, alone, *loader, watch));
    state.SetIterationTime(of_supernet.back());
  }
  state.counters["supernet_ms"] = MedianOf(of_supernet) * 1e3;
  state.counters["network_ms"] = MedianOf(of_network) * 1e3;
  state.counters["ratio"] = MedianOf(of_supernet) / MedianOf(of_network);
}
BENCHMARK(SupernetStep)
    ->ArgNames({"genotype", "channels", "threads"})
    ->ArgsProduct({{0, 1, 2, 3}, {16}, {1, 2}})
    ->UseManualTime()
    ->Iterations(7)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lode::bench

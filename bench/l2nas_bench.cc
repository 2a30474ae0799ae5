// What L2NAS costs: one critic + actor update, and one step of a search: an ask, a tell, and the
// ten updates that a NAS-Bench-201 step trains on.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>

#include "bench/random_agent.h"
#include "core/plugin/random.h"
#include "plugins/l2nas/l2nas.h"
#include "tests/contract/grid_space.h"

namespace l2nas {
namespace {

using lode::core::Phase;
using lode::core::RandomStream;

// Arguments: cells, hidden width, batch size.
void Update(benchmark::State& state) {
  const auto cells = static_cast<std::size_t>(state.range(0));
  const auto width = static_cast<std::size_t>(state.range(1));
  const auto batch_size = static_cast<std::size_t>(state.range(2));
  RandomStream stream(1, "l2nas_bench");
  const lode::Random random(stream.handle());
  Agent agent = RandomAgent(cells, width, random);
  const Replay replay = RandomReplay(cells, random);
  Batch batch;
  for (auto _ : state) {
    replay.Draw(random, batch_size, batch);
    benchmark::DoNotOptimize(agent.Train(batch));
  }
}
BENCHMARK(Update)  // NAS-Bench-201; Once-for-All; DARTS
    ->ArgNames({"cells", "width", "batch"})
    ->Args({30, 128, 8})
    ->Args({195, 256, 64})
    ->Args({196, 256, 64})
    ->Unit(benchmark::kMicrosecond);

// A space of rows x choices cells through its table, as the host binds it.
class BoundGrid {
 public:
  BoundGrid(std::int64_t rows, std::int64_t choices) {
    host_.struct_size = sizeof host_;
    const lode_value values[] = {Integer(rows), Integer(choices)};
    component_.create(&host_, values, &instance_, nullptr);
  }
  ~BoundGrid() { component_.destroy(instance_); }
  BoundGrid(const BoundGrid&) = delete;
  lode::Space space() const {
    return lode::Space({static_cast<const lode_space_api*>(component_.api), instance_});
  }

 private:
  static lode_value Integer(std::int64_t i) {
    lode_value value{};
    value.type = LODE_T_INT;
    value.as.i = i;
    return value;
  }

  const lode_component& component_ = lode::contract::GridSpaceComponent();
  lode_host host_{};
  lode_instance* instance_ = nullptr;
};

// A step once the replay buffer is large enough for max_batches.
void Step(benchmark::State& state) {
  const BoundGrid grid(6, 5);
  const lode::Space space = grid.space();
  RandomStream stream(1, "l2nas_bench");
  lode_host host{};
  host.struct_size = sizeof host;
  host.random = stream.handle();
  L2nas l2nas(lode::Host(&host), {});
  l2nas.Bind(space);
  std::uint64_t step = 0;
  const auto search = [&] {
    stream.Restart(step, Phase::kAsk);
    const lode::Action action = l2nas.Ask();
    const lode::Architecture architecture = space.Discretize(action);
    const double reward = 20 + 40 * lode::Random(stream.handle()).Uniform();
    stream.Restart(step, Phase::kTell);
    l2nas.Tell({step++, false, false, false, action, architecture, {}, reward});
  };
  while (step < 80) {
    search();
  }
  for (auto _ : state) {
    search();
  }
}
BENCHMARK(Step)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace l2nas

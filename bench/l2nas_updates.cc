// l2nas_updates UPDATES CELLS WIDTH BATCH: trains an L2NAS agent on batches from a replay buffer of
// 1000 trials and prints the microseconds per update. bench/l2nas_vs_pytorch.py runs it.
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include "bench/random_agent.h"
#include "core/plugin/random.h"

namespace l2nas {
namespace {

double MicrosecondsPerUpdate(long updates, std::size_t cells, std::size_t width,
                             std::size_t batch_size) {
  lode::core::RandomStream stream(1, "l2nas_updates");
  const lode::Random random(stream.handle());
  const Replay replay = RandomReplay(cells, random);
  Agent agent = RandomAgent(cells, width, random);
  Batch batch;
  const auto start = std::chrono::steady_clock::now();
  for (long update = 0; update < updates; ++update) {
    replay.Draw(random, batch_size, batch);
    agent.Train(batch);
  }
  const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
  return time.count() / static_cast<double>(updates);
}

}  // namespace
}  // namespace l2nas

int main(int argc, char** argv) {
  long numbers[4] = {};
  for (int i = 1; i < argc && i <= 4; ++i) { numbers[i - 1] = std::strtol(argv[i], nullptr, 10); }
  for (const long number : numbers) {
    if (argc != 5 || number <= 0) {
      std::fputs("usage: l2nas_updates UPDATES CELLS WIDTH BATCH (all at least 1)\n", stderr);
      return 2;
    }
  }
  const auto size = [&](int i) { return static_cast<std::size_t>(numbers[i]); };
  std::printf("%.3f\n", l2nas::MicrosecondsPerUpdate(numbers[0], size(1), size(2), size(3)));
}

// The bits are the same for every instruction set: whole updates, not single kernels.
#include <gtest/gtest.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <lode/testing.hpp>
#include <span>
#include <vector>

#include "plugins/optimizers/l2nas/agent.h"
#include "plugins/optimizers/l2nas/replay.h"
#include "toolkit/kernels/kernels.h"

namespace l2nas {
namespace {

// FNV-1a over the words of all parameters.
std::uint64_t Fingerprint(Agent& agent) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  const auto add = [&](std::span<const float> values) {
    for (const float value : values) {
      hash = (hash ^ std::bit_cast<std::uint32_t>(value)) * 0x100000001b3u;
    }
  };
  for (Mlp* mlp : {&agent.actor(), &agent.critic()}) {
    for (std::size_t layer = 0; layer < mlp->layers(); ++layer) {
      add(mlp->Weights(layer));
      add(mlp->Bias(layer));
    }
  }
  return hash;
}

// 100 updates on batches of random trials; no size is a multiple of a vector or a tile.
std::uint64_t FingerprintAfterTraining(const lode::kernels::KernelSet& kernels) {
  constexpr std::size_t kCells = 30, kWidth = 40, kBatch = 7;
  lode::test::RandomStream stream(1, "portable_test");
  const lode::Random random = stream.random();
  const AdamSettings adam{1e-3, 0.9, 0.99, 1e-8};
  Agent agent({kCells, kWidth, 0.9, adam, adam}, kernels);
  agent.actor().InitializeUniform(random, 1);
  agent.critic().InitializeUniform(random, 1);
  Batch batch;
  for (int update = 0; update < 100; ++update) {
    batch.states.assign(kBatch * Padded(kCells), 0.0f);
    batch.actions.assign(kBatch * Padded(kCells), 0.0f);
    batch.rewards.clear();
    for (std::size_t row = 0; row < kBatch; ++row) {
      for (std::size_t c = 0; c < kCells; ++c) {
        batch.states[row * Padded(kCells) + c] = static_cast<float>(random.Uniform());
        batch.actions[row * Padded(kCells) + c] = static_cast<float>(random.Uniform());
      }
      batch.rewards.push_back(static_cast<float>(random.Uniform(20, 60)));
    }
    agent.Train(batch);
  }
  return Fingerprint(agent);
}

// The expected number was computed once; a machine, compiler or flag that gives a different one
// would also give different searches. If arithmetic is changed on purpose, the number changes with
// the component's version.
TEST(PortableTest, AHundredUpdatesGiveTheSameBitsEverywhere) {
  lode::kernels::NamedSet list[lode::kernels::kSetCount];
  const std::size_t count = lode::kernels::Available(list);
  for (const lode::kernels::NamedSet& set : std::span(list).first(count)) {
    EXPECT_EQ(FingerprintAfterTraining(*set.kernels), 0x1b065fc491202248u) << set.name;
  }
}

}  // namespace
}  // namespace l2nas

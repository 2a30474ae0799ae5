// The inputs for timing an L2NAS update: a network pair and a replay buffer of 1000 random trials.
#pragma once

#include <cstddef>
#include <lode/plugin.hpp>
#include <vector>

#include "plugins/optimizers/l2nas/agent.h"
#include "plugins/optimizers/l2nas/replay.h"

namespace l2nas {

inline Replay RandomReplay(std::size_t cells, lode::Random random) {
  Replay replay(Padded(cells), 0);
  std::vector<float> state(Padded(cells)), action(Padded(cells));
  for (int trial = 0; trial < 1000; ++trial) {
    for (std::size_t c = 0; c < cells; ++c) {
      state[c] = static_cast<float>(random.Uniform());
      action[c] = static_cast<float>(random.Uniform());
    }
    replay.Add(state, action, static_cast<float>(random.Uniform(20, 60)));
  }
  return replay;
}

// Uses the learning rates of the preset robust.
inline Agent RandomAgent(std::size_t cells, std::size_t width, lode::Random random) {
  const AdamSettings adam{1e-4, 0.9, 0.99, 1e-8};
  Agent agent({cells, width, 0.9, adam, adam});
  agent.actor().InitializeUniform(random, 1);
  agent.critic().InitializeUniform(random, 1);
  return agent;
}

}  // namespace l2nas

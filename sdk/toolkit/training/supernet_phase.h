// A part of a supernet's training.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "toolkit/training/evaluation.h"
#include "toolkit/training/shared_network.h"
#include "toolkit/training/trainer.h"

namespace lode::training {

// Draws the path of a step that has this number among its paths.
using DrawStepPath = std::function<SupernetPath(std::uint64_t step, std::uint64_t path)>;

// One of the parts, one after the other, that a supernet's training consists of. Each begins with
// the weights of the one before it, without its momentum.
struct SupernetPhase {
  std::string name;  // a word for its checkpoint and its progress; "": the training has no others
  TrainingConfig config;
  std::uint64_t seed = 0;
  DrawStepPath draw;
  std::uint64_t paths = 1;  // of a step: their losses' gradients are added
  Predict teacher = {};     // see Trainee
  // Changes the network before the first step; empty: nothing. When an interrupted training
  // continues, it is called again for the phases that have begun, with the same weights.
  std::function<void()> begin = {};
};

}  // namespace lode::training

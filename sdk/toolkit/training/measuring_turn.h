// One measurement at a time on this machine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lode/plugin.hpp>

#include "toolkit/posix/descriptor.h"
#include "toolkit/training/timing.h"

namespace lode::training {

// While the object lives, no other process or thread has one: timings of several workers or runs
// would disturb each other. Do not call the host meanwhile, who may wait for others.
class MeasuringTurn {
 public:
  // Waits until nobody else has one. Throws CancelledError if the host cancels, IoError if the
  // directory for temporary files, on which the lock is, cannot be read.
  explicit MeasuringTurn(const Host& host);

 private:
  posix::Descriptor directory_;
};

// Takes a turn for each round of a timing. Usually they follow each other: who waits looks only now
// and then whether it is its turn.
TimingHooks InTurns(const Host& host);

}  // namespace lode::training

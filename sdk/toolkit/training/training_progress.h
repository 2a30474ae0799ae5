// What a training says of itself while it runs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "toolkit/training/evaluation.h"
#include "toolkit/training/timing.h"

namespace lode::training {

// How many images pass in a second, measured over the last 5 to 10 seconds.
class ImageRate {
 public:
  explicit ImageRate(Clock clock = ElapsedMilliseconds);

  // From now on only what is added later counts.
  void Restart();
  void Add(std::int64_t images);
  // Returns nothing until a second has passed, since the rate would be a guess.
  std::optional<double> PerSecond() const;

 private:
  struct Mark {
    double time;  // ms
    std::int64_t images;
  };
  Mark Now() const { return {clock_(), images_}; }

  Clock clock_;
  std::int64_t images_ = 0;
  Mark from_, next_;  // the rate is that since `from_`, which `next_` replaces
};

// Returns "epoch 3 of 12, 812 images/s, loss 1.234, top-1 45.1 %", without what is not known.
// `epoch` counts from 0, and may go on after the planned `epochs`. `so_far`: of the epoch.
std::string DescribeEpoch(std::uint64_t epoch, std::int64_t epochs, const ImageRate& rate,
                          const Evaluation& so_far);

}  // namespace lode::training

// Batches that are asked for by their numbers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "toolkit/images/loader.h"

namespace lode::training {

// The batches 0, 1, 2, ... of a loader: epoch e has those from e * epoch() on, and its own seed. A
// batch is a function of the seed and its number. Asking for the same one again, or for the next,
// is cheap.
class NumberedBatches {
 public:
  explicit NumberedBatches(std::unique_ptr<images::Loader> loader) : loader_(std::move(loader)) {}

  std::uint64_t epoch() const { return loader_->batches(); }  // batches in an epoch
  // Starts over with another seed.
  void Restart(std::uint64_t seed);
  // Valid until the next call. Throws what reading an image throws.
  images::Batch& Get(std::uint64_t number);

 private:
  std::unique_ptr<images::Loader> loader_;
  std::uint64_t seed_ = 0;
  std::optional<std::uint64_t> current_;  // what batch_ is
  images::Batch batch_;
};

}  // namespace lode::training

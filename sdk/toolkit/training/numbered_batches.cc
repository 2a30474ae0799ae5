#include "toolkit/training/numbered_batches.h"

#include <lode/plugin.hpp>

#include "toolkit/training/seed.h"

namespace lode::training {

void NumberedBatches::Restart(std::uint64_t seed) {
  seed_ = seed;
  current_.reset();
}

images::Batch& NumberedBatches::Get(std::uint64_t number) {
  if (current_ == number) { return batch_; }
  const std::uint64_t place = number % epoch();
  const bool follows = current_ && *current_ + 1 == number && place > 0;
  current_.reset();  // if reading fails, there is none
  if (!follows) { loader_->Begin(SeedOf(seed_, number / epoch()), place); }
  if (!loader_->Next(batch_)) { throw Error(LODE_E_INTERNAL, "an epoch has too few batches"); }
  current_ = number;
  return batch_;
}

}  // namespace lode::training

#include "plugins/oracles/command/slots.h"

namespace command {

Slots::Lease::Lease(Slots& slots) : slots_(slots) {
  const std::lock_guard lock(slots_.mutex_);
  while (number_ < slots_.slots_.size() && slots_.slots_[number_].taken) { ++number_; }
  if (number_ == slots_.slots_.size()) { slots_.slots_.emplace_back(); }
  slots_.slots_[number_].taken = true;
  server_ = &slots_.slots_[number_].server;
}

Slots::Lease::~Lease() {
  const std::lock_guard lock(slots_.mutex_);
  slots_.slots_[number_].taken = false;
}

}  // namespace command

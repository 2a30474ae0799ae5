// Counts multiply-adds while a network computes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

namespace lode::training {

// Calls `forward`, which runs one image through a network in this thread, and counts the
// multiply-adds of its convolutions and linear layers, without biases.
std::int64_t MacsOf(const std::function<void()>& forward);

}  // namespace lode::training

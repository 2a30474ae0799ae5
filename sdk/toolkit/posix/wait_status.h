// How a process ended, in words.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace lode::posix {

// "signal 11 (Segmentation fault)"
std::string SignalText(int number);

}  // namespace lode::posix

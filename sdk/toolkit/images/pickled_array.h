// Arrays of bytes that numpy has written to a pickle.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "toolkit/files/pickle.h"

namespace lode::images {

// Collections, numbers, text and arrays, as the Python version of CIFAR has them.
extern const files::PickleTerms kArrayTerms;

struct PickledArray {
  std::vector<std::uint64_t> shape;
  std::string_view bytes;  // row-major
};

// Returns the array that a value is; an empty one if it is something other than an array. Throws
// IoError "NAME: ..." for an array of something other than bytes, a column-major one, or one whose
// bytes do not fit its dimensions.
PickledArray ArrayOf(const files::PickledValue& value, const std::string& name);

}  // namespace lode::images

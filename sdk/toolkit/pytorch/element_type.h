// The types of elements that PyTorch's storages have.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace lode::pytorch {

struct ElementType {
  std::string_view name;  // "torch.FloatStorage"
  std::size_t bytes;
  float (*read)(const char* element);  // little-endian, not aligned
};

// Returns the type of that name; null if there is none.
const ElementType* FindElementType(std::string_view name);

}  // namespace lode::pytorch

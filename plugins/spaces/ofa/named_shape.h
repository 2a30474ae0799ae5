// The tensors that a network's file must have.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "toolkit/files/safetensors.h"

namespace ofa {

struct NamedShape {
  std::string name;
  std::vector<std::size_t> shape;

  bool operator==(const NamedShape&) const = default;
};

// Throws lode::IoError that begins with `name` if a tensor of `wanted` is missing, has a different
// shape or is not finite, or if there is another tensor, which `network` does not have.
void RequireTensors(const lode::files::Tensors& tensors, const std::vector<NamedShape>& wanted,
                    const std::string& network, const std::string& name);

}  // namespace ofa

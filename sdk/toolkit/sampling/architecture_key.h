// Architectures as keys of hashed containers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lode/plugin.hpp>
#include <string>

namespace lode::sampling {

// The architecture's bytes, which std::hash takes as a string.
inline std::string KeyOf(ArchitectureView architecture) {
  return {architecture.begin(), architecture.end()};
}

}  // namespace lode::sampling

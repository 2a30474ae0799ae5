// The values that sub-networks may choose while a supernet is trained.
#pragma once

#include <cstdint>
#include <vector>

#include "plugins/spaces/ofa/subnet.h"

namespace ofa {

// At least one value each, ascending; by default all of the space.
struct SubnetChoices {
  std::vector<std::uint8_t> kernels{kKernels.begin(), kKernels.end()};
  std::vector<std::uint8_t> expands{kExpands.begin(), kExpands.end()};
  std::vector<std::uint8_t> depths{kDepthValues.begin(), kDepthValues.end()};

  // The highest, or the lowest, of all values.
  Subnet Largest() const;
  Subnet Smallest() const;
  // A random sub-network, a function of both numbers: each value of each layer and unit is drawn
  // uniformly.
  Subnet Draw(std::uint64_t seed, std::uint64_t number) const;
};

}  // namespace ofa

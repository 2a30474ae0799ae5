// Costs of a network that are the sum of its layers' costs, tabulated so that the cost of a
// sub-network takes a few additions.
#pragma once

#include <array>

#include "plugins/spaces/ofa/subnet.h"

namespace ofa {

// T: cheap to copy, T() costs nothing, += adds.
template <class T>
class LayerSum {
 public:
  // cost(layer, expand, kernel) is the cost of a layer with these choices; `rest` is the cost of
  // everything outside the layers.
  template <class CostOfLayer>
  LayerSum(T rest, CostOfLayer&& cost) : rest_(rest) {
    for (std::size_t layer = 0; layer < kLayers; ++layer) {
      for (std::size_t o = 0; o < kOperations; ++o) {
        layers_[layer][o] = cost(layer, ExpandOf(o), KernelOf(o));
      }
    }
  }

  T Of(const Subnet& subnet) const {
    T sum = rest_;
    for (std::size_t unit = 0; unit < kUnits; ++unit) {
      const std::size_t first = unit * kLayersPerUnit;
      for (std::size_t layer = first; layer < first + subnet.depth[unit]; ++layer) {
        sum += layers_[layer][OperationOf(subnet, layer)];
      }
    }
    return sum;
  }

 private:
  T rest_;
  std::array<std::array<T, kOperations>, kLayers> layers_{};
};

}  // namespace ofa

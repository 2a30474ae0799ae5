// Parameters and multiply-adds of the benchmark's network around a cell (Dong and Yang, ICLR 2020,
// section 2.1): a 3x3 stem, three stages of `cells` cells at 1, 2 and 4 times `channels` channels,
// a residual block that halves the image before the second and third stage, batch norm, global mean
// and a linear classifier.
#pragma once

#include <array>
#include <cstdint>

#include "plugins/spaces/nb201/cell.h"

namespace nb201 {

struct NetworkShape {
  std::uint64_t classes = 10;
  std::uint64_t pixels = 32;    // side of the image; a multiple of 4
  std::uint64_t channels = 16;  // of the first stage
  std::uint64_t cells = 5;      // of each stage
};

// params: everything that is trained, including batch norms' weights and biases. macs:
// multiply-adds of convolutions and the classifier for one image, and one for each of the
// classifier's biases, as the benchmark counts them; pooling, batch norms, activations and sums are
// not counted.
struct NetworkSize {
  std::uint64_t params = 0;
  std::uint64_t macs = 0;
};

// Sizes of the networks of one shape. Every operation costs the same on every edge, so a network is
// a sum of seven terms. Immutable: any thread may use it.
class NetworkSizes {
 public:
  explicit NetworkSizes(const NetworkShape& shape);
  NetworkSize Of(const Cell& cell) const;

 private:
  NetworkSize outside_;                               // of everything outside the cells
  std::array<NetworkSize, kOperations> operation_{};  // on one edge, in all cells together
};

}  // namespace nb201

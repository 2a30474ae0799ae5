// Parameters and multiply-adds of the networks in which genotypes are evaluated.
//
// A cell at C channels:
//   - both inputs first pass ReLU, a 1x1 convolution to C and batch norm; the older one, if it is
//     twice as large, a factorized reduction: two 1x1 convolutions of stride 2 to C / 2 each, the
//     second on the map shifted by one pixel;
//   - sep_conv_KxK: twice ReLU, depthwise KxK, 1x1, batch norm; dil_conv_KxK: once, with
//     dilation 2; pools have no parameters and no batch norm; skip_connect is the identity, and a
//     factorized reduction where the stride is 2;
//   - in a reduction cell the edges from the two inputs have stride 2. The output has 4 C channels.
// Cells at floor(cells / 3) and floor(2 cells / 3) are reduction cells, and C doubles there.
//
// "cifar": 3x3 convolution to 3 C and batch norm; cells; global average; linear.
// "imagenet": 3x3 stride 2 to C / 2, batch norm, ReLU, 3x3 stride 2 to C, batch norm: the first
// cell's older input; ReLU, 3x3 stride 2 to C, batch norm: its newer one. Then the same.
// Auxiliary head, after the second reduction cell, in training only: average pool 5x5 (stride 3;
// imagenet 2), 1x1 to 128, batch norm, 2x2 to 768, batch norm (cifar only), linear.
// No convolution has a bias; batch norm has two parameters for each channel.
//
// Counted as multiply-adds: convolutions and linear layers, for one image. Not counted: biases,
// batch norm, activations, pools, sums, and the auxiliary head.
//
// Papers on this space print a larger number: the multiply-adds, plus 2 for each output value of a
// batch norm, 1 for each input value of a ReLU, and 1 for each input value of a pool (including the
// global one). This gives the 586 and 597 M of PC-DARTS (Xu et al., ICLR 2020, table 3) to the last
// digit printed.
//
// Source: Liu et al., DARTS, ICLR 2019, and the code published with it.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "plugins/spaces/darts/genotype.h"

namespace darts {

struct NetworkSettings {
  std::string network = "cifar";  // or "imagenet"
  std::int64_t cells = 20;
  std::int64_t channels = 36;  // C of the first cell
  std::int64_t classes = 10;
  std::int64_t image_size = 32;  // height and width in pixels
  bool auxiliary = false;        // whether parameters count the auxiliary head
};

struct Cost {
  std::int64_t parameters = 0;
  std::int64_t macs = 0;
  std::int64_t other_operations = 0;  // of batch norms, ReLUs and pools

  std::int64_t all_operations() const { return macs + other_operations; }
  Cost& operator+=(const Cost& other);
};

// An operation costs the same on every edge of the same stride in a cell, so the sums over the
// cells of the network are all that a genotype needs.
struct CostSums {
  Cost fixed;                               // the part that is the same for every genotype
  std::array<Cost, kOperations> normal{};   // per edge, over the normal cells
  std::array<Cost, kOperations> reduce{};   // between intermediate nodes, over the reduction cells
  std::array<Cost, kOperations> strided{};  // from a cell's input, over the reduction cells
};

// Thread-safe.
class NetworkCosts {
 public:
  // Throws lode::InvalidError if the settings do not make a network: if maps of odd size would have
  // to be halved, the stem of "imagenet" would halve an odd number of channels, or, with
  // `auxiliary`, the auxiliary head's pool does not give 2 x 2. REQUIRES: the numbers are in the
  // ranges of Space::Parameters.
  explicit NetworkCosts(const NetworkSettings& settings);

  // Exact: counts stay below 2^53 in these ranges.
  Cost Of(const Genotype& genotype) const;

 private:
  CostSums sums_;
};

}  // namespace darts

// Canonical forms: finds which cells are the same network.
//
// Two cells are the same if, after a renumbering of their convolutions, they compute the same
// function of their input for every value of the convolutions' weights. A convolution (ReLU,
// convolution, batch norm) is taken as a trained network evaluates it: its batch norm scales and
// shifts each channel. Precisely:
//
//   - the value of a node is a sum of terms pool^k(source), a source being the cell's input or one
//     convolution;
//   - none adds no term; skip_connect adds the terms of its source node; avg_pool_3x3 adds them
//     with k + 1, since average pooling is linear: the pool of a sum is the sum of the pools;
//   - nor_conv_* adds one term, a new convolution of its source node's terms;
//   - a convolution of an empty sum is NOT empty: its batch norm adds a learned shift. It is that
//     constant whether 1x1 or 3x3, and pooling leaves it unchanged, since padding is not counted;
//   - the output is node 3's terms and the convolutions these depend on. Convolutions that do not
//     reach the output are dropped. The others differ by what they are (1x1 or 3x3), what they read
//     and where they are read, so 2 c(x), one convolution read twice, is not a(x) + b(x).
//
// This divides the 15625 cells into 5234 classes. The 6466 classes of the benchmark's authors come
// from comparing strings: their strings equate a convolution of zeros with zeros, and 2 c(x) with
// a(x) + b(x), although these differ once trained, and distinguish x + 0 from x, although these do
// not differ.
//
// Sameness is about the function only. Convolutions that do not reach the output still count in a
// cell's parameters and multiply-adds, and the benchmark trained equal cells separately.
#pragma once

#include <compare>

#include "plugins/spaces/nb201/cell.h"

namespace nb201 {

// A cell's function in a unique form: cells have equal keys exactly if they are equal.
struct FunctionKey {
  // The convolutions in the order of their numbers 1, 2, ...: what each is and reads; 0 past the
  // last.
  std::array<std::uint16_t, kEdges> convolutions{};
  std::uint32_t output = 0;                              // node 3's terms
  auto operator<=>(const FunctionKey&) const = default;  // NOLINT(modernize-use-nullptr)
};

FunctionKey KeyOf(const Cell& cell);

// Returns the cell of the same class with the lowest ToIndex(). The classes are computed at the
// first call, once per process. Any thread may call it.
Cell Representative(const Cell& cell);

}  // namespace nb201

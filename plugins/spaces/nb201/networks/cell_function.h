// The function of a NAS-Bench-201 cell: node j is the sum over the edges from all i < j of their
// operations on node i; convolutions are ReLU, convolution, batch norm.
//
// There are two forms: LibTorch's operations one after the other, and fused. The fused form takes
// one pass over memory where the plain one takes several: it applies ReLU once for each node
// instead of each edge, and it computes batch norms and the sum of a node's edges in one forward
// pass, as well as all gradients that meet at a node. It does not compute edges without a path to
// the output (their gradients are zeros, as in the plain form; their running moments stay
// unchanged, since they have no effect).
#pragma once

#include <torch/torch.h>

#include <array>

#include "plugins/spaces/nb201/cell.h"
#include "toolkit/training/batch_norm.h"
#include "toolkit/training/conv_norm.h"

namespace nb201 {

// The convolution on each edge; null where the operation has none.
using CellConvolutions = std::array<lode::training::ConvNorm, kEdges>;

// x and the result: (images, channels, height, width). The pass may drop all edges except skips.
torch::Tensor PlainCell(const torch::Tensor& x, const Cell& cell, CellConvolutions& convolutions,
                        const lode::training::Pass& pass);

// The same except for rounding. REQUIRES: lode::training::CanFuse(x, pass), and the pass drops
// nothing.
torch::Tensor FusedCell(const torch::Tensor& x, const Cell& cell, CellConvolutions& convolutions,
                        const lode::training::Pass& pass);

}  // namespace nb201

// Batch norm fused with the operations around it in networks, in one pass over memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include "toolkit/training/batch_norm.h"

namespace lode::training {

// Whether the fused operations can take x in this pass; otherwise LibTorch's own operations are
// used.
bool CanFuse(const torch::Tensor& x, const Pass& pass);

// norm(x) + shortcut, with a shortcut of x's shape or undefined; with autograd in training.
torch::Tensor NormalizedSum(BatchNorm& norm, const torch::Tensor& x, const torch::Tensor& shortcut,
                            const Pass& pass);

// max(norm(x), 0).
torch::Tensor NormalizedRelu(BatchNorm& norm, const torch::Tensor& x, const Pass& pass);

}  // namespace lode::training

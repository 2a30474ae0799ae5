// Networks on many images, a few at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include <functional>

#include "toolkit/training/batch_norm.h"

namespace lode::training {

// Returns network(images), whose first dimension is that of the images: if every image is
// independent (the pass uses the running moments, without autograd, on the CPU), computed for few
// images at a time, so that the data between two layers stays in the cache, and by several threads.
// The result does not depend on their number.
torch::Tensor InParts(const torch::Tensor& images, const Pass& pass,
                      const std::function<torch::Tensor(const torch::Tensor& part)>& network);

}  // namespace lode::training

// Networks whose weights architectures share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <lode/plugin.hpp>

#include "toolkit/training/batch_norm.h"
#include "toolkit/training/mixture.h"

namespace lode::training {

// A path through such a network: images (images, channels, height, width) to logits (images,
// classes).
using SupernetPath = std::function<torch::Tensor(const torch::Tensor& images, const Pass& pass)>;

// A network that contains the networks of all architectures of a space, or of those that use
// certain operations. A family of networks derives from it.
class SharedNetwork {
 public:
  virtual ~SharedNetwork() = default;

  virtual torch::nn::Module& module() = 0;
  // The path of an architecture. REQUIRES: the network has the architecture's operations.
  virtual SupernetPath PathOf(ArchitectureView architecture) = 0;
  // A random path, a function of both numbers. REQUIRES: the network has all operations.
  virtual SupernetPath DrawPath(std::uint64_t seed, std::uint64_t number) = 0;
  // Logits of images: every operation is multiplied by its weight, and what leads to the same place
  // is added up (MixedSum). A mixture of zeros and ones is the path of an architecture.
  // Throws UnsupportedError unless a family overrides it; such a family's oracle has no relaxed
  // network.
  virtual torch::Tensor Mix(const torch::Tensor& images, const Mixture& mixture, const Pass& pass);
};

inline torch::Tensor SharedNetwork::Mix(const torch::Tensor&, const Mixture&, const Pass&) {
  throw UnsupportedError("this network has no mixtures");
}

}  // namespace lode::training

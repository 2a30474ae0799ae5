// A network of a few numbers, and images it can learn, for the tests of this folder.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "toolkit/images/pixel_set.h"
#include "toolkit/training/conv_norm.h"
#include "toolkit/training/normalized_sum.h"
#include "toolkit/training/trainer.h"

namespace lode::training {

inline constexpr std::int64_t kTinyClasses = 4;
inline constexpr std::size_t kTinySide = 8;

// Two convolutions that take turns by step, like the paths of a supernet.
class TinyNetworkImpl : public torch::nn::Module {
 public:
  explicit TinyNetworkImpl(std::uint64_t seed) {
    FirstWeights weights(seed);
    even_ = register_module("even", ConvNorm(1, 8, 3, 1, weights));
    odd_ = register_module("odd", ConvNorm(1, 8, 3, 1, weights));
    classifier_ = register_module("classifier", weights.Linear(8 * 16, kTinyClasses));
  }

  torch::Tensor forward(const torch::Tensor& images, std::uint64_t step, const Pass& pass) {
    ConvNorm& path = step % 2 == 0 ? even_ : odd_;
    torch::Tensor x = NormalizedRelu(path->norm, path->Convolve(images), pass);
    if (pass.drops()) { x = (*pass.drop_path)(x); }
    return classifier_(torch::avg_pool2d(x, 2).flatten(1));
  }

 private:
  ConvNorm even_ = nullptr, odd_ = nullptr;
  torch::nn::Linear classifier_ = nullptr;
};
TORCH_MODULE(TinyNetwork);

// Noise, with a bright quarter that indicates the class.
inline std::shared_ptr<const images::PixelSet> TinyImages(std::size_t count) {
  auto set = std::make_shared<images::PixelSet>(images::PixelShape{kTinySide, kTinySide, 1},
                                                std::size_t{kTinyClasses});
  std::uint32_t bits = 7;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t label = i % kTinyClasses;
    std::string plane;
    for (std::size_t p = 0; p < kTinySide * kTinySide; ++p) {
      bits = bits * 1664525U + 1013904223U;  // Numerical Recipes' generator
      const std::size_t bottom = p / kTinySide / 4, right = p % kTinySide / 4;
      plane.push_back(static_cast<char>((bits >> 25) + (2 * bottom + right == label ? 100 : 0)));
    }
    set->Add(plane, static_cast<std::uint32_t>(label));
  }
  return set;
}

// Shuffled and shifted by the seed of an epoch.
inline std::unique_ptr<images::Loader> TinyLoader(std::size_t images, bool shuffle = true) {
  std::vector<std::uint32_t> indices(images);
  std::iota(indices.begin(), indices.end(), 0U);
  images::Transform transform;
  transform.resolution = kTinySide;
  transform.pad = shuffle ? 1 : 0;
  transform.mean = {0.4F};
  transform.std = {0.2F};
  images::LoaderOptions options{20};
  options.shuffle = shuffle;
  return std::make_unique<images::Loader>(TinyImages(images), indices, transform, options);
}

}  // namespace lode::training

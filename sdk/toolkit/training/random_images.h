// Images for programs that only count or time what networks compute.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "toolkit/images/loader.h"
#include "toolkit/images/pixel_set.h"

namespace lode::training {

// The shape of the images of a batch.
struct BatchShape {
  std::size_t size, side, classes;
};

// Returns a loader of `count` images without a pattern, the same on every machine.
inline std::unique_ptr<images::Loader> RandomImages(std::size_t count, const BatchShape& shape) {
  auto set = std::make_shared<images::PixelSet>(images::PixelShape{shape.side, shape.side, 3},
                                                shape.classes);
  std::uint32_t bits = 5;
  std::string planes(set->shape().bytes(), '\0');
  for (std::size_t i = 0; i < count; ++i) {
    for (char& byte : planes) {
      bits = bits * 1664525U + 1013904223U;  // Numerical Recipes' generator
      byte = static_cast<char>(bits >> 24);
    }
    set->Add(planes, static_cast<std::uint32_t>(i % shape.classes));
  }
  std::vector<std::uint32_t> indices(set->size());
  std::iota(indices.begin(), indices.end(), 0U);
  images::Transform transform;
  transform.resolution = shape.side;
  transform.mean = transform.std = {0.5F, 0.5F, 0.5F};
  return std::make_unique<images::Loader>(set, indices, transform,
                                          images::LoaderOptions{shape.size});
}

}  // namespace lode::training

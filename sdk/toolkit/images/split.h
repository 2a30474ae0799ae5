// Splits a set into images to train on and images to measure on while searching.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "toolkit/images/image_set.h"

namespace lode::images {

// Positions in a set, ascending, and disjoint.
struct Split {
  std::vector<std::uint32_t> train, validation;
};

// Puts every image of the set into one of two parts: `train_share` of the images of each class,
// rounded, drawn at random, go to training. A function of the labels, the seed and the share.
// Throws InvalidError unless 0 < train_share < 1 and every class has an image in each part.
Split SplitInHalves(const ImageSet& set, std::uint64_t seed, double train_share = 0.5);

// Returns 0 to set.size() - 1.
std::vector<std::uint32_t> AllOf(const ImageSet& set);

// Returns `count` of `indices`, which are ascending, or all if there are no more. Takes the first
// ones of each class, and the same share of each class as far as whole images allow. Ascending.
std::vector<std::uint32_t> FirstOfEachClass(const ImageSet& set, std::vector<std::uint32_t> indices,
                                            std::size_t count);

}  // namespace lode::images

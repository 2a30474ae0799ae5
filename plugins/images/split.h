// Which images of a set are trained on, and which are measured on while searching.
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_PLUGINS_IMAGES_SPLIT_H_
#define LODE_PLUGINS_IMAGES_SPLIT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "plugins/images/image_set.h"

namespace lode::images {

// Positions in a set, ascending; none is in both.
struct Split {
  std::vector<std::uint32_t> train, validation;
};

// Every image of the set in one of two parts: of each class `train_share` of its images, rounded,
// drawn at random. A function of the labels, the seed and the share. Throws lode::InvalidError unless
// 0 < train_share < 1 and every class has an image in each part.
Split SplitInHalves(const ImageSet& set, std::uint64_t seed, double train_share = 0.5);

// 0 to set.size() - 1.
std::vector<std::uint32_t> AllOf(const ImageSet& set);

// `count` of `indices`, which are ascending; all, if they are not more. The first ones of each class,
// and of each class the same share as far as whole images allow. Ascending.
std::vector<std::uint32_t> FirstOfEachClass(const ImageSet& set, std::vector<std::uint32_t> indices,
                                            std::size_t count);

}  // namespace lode::images

#endif  // LODE_PLUGINS_IMAGES_SPLIT_H_

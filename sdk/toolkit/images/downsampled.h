// Reads down-sampled ImageNet as published by its authors (Chrabaszcz, Loshchilov and Hutter, "A
// Downsampled Variant of ImageNet as an Alternative to the CIFAR datasets", arXiv 1707.08819;
// image-net.org/download-images): train_data_batch_{1,...,10}.npz and val_data.npz, each with
//
//   data    N x 3*r*r bytes: the red, the green and the blue plane of r x r pixels, row-major
//   labels  N whole numbers, 1 to 1000, in the authors' own order of the classes
//
// ImageNet-16-120 is the first 120 classes at r = 16 (NAS-Bench-201): 151 700 and 6 000 images.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>

#include "toolkit/images/npz.h"
#include "toolkit/images/pixel_set.h"

namespace lode::images {

inline constexpr std::size_t kDownsampledClasses = 1000;

// Adds to `set`, which is square and has three channels, the images of a file whose label is one of
// its classes. Throws IoError if the arrays are not as above, differ in length, or are
// damaged.
void ReadDownsampledBatch(const NpzFile& file, PixelSet& set);

// Reads the images of the first `classes` classes into memory: 3.9 GB for all 1000 at r = 32. The
// files are in the directory, or in folders of it that are named as in the published archives
// (Imagenet16_train_npz, Imagenet16_val_npz). Throws IoError as above.
PixelSets ReadDownsampled(const std::filesystem::path& directory, std::size_t resolution,
                          std::size_t classes);

}  // namespace lode::images

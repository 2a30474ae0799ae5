// Reads CIFAR-10 and CIFAR-100 in their authors' binary and Python versions
// (www.cs.toronto.edu/~kriz/cifar.html). A binary file is a sequence of records of
//
//   1 byte      CIFAR-100 only: the coarse label, 0 to 19; not used
//   1 byte      the label, 0 to 9 or 0 to 99
//   3072 bytes  the red, the green and the blue plane of 32 x 32 pixels, row-major
//
// A Python file is a pickle (pickle.h) of a dictionary: "data", an array of images x 3072 such
// bytes, and "labels" (CIFAR-10) or "fine_labels" (CIFAR-100), a list of numbers.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "toolkit/images/pixel_set.h"

namespace lode::images {

struct CifarLayout {
  std::size_t coarse_labels;  // 0: the records have none
  std::size_t labels;
};
inline constexpr CifarLayout kCifar10{0, 10}, kCifar100{20, 100};
inline constexpr PixelShape kCifarShape{32, 32, 3};

// Adds to `set` the images of a file whose label is one of its classes; returns how many images the
// file has. Messages call the file `name`. Throws IoError "NAME: ..." if it has no image, if
// the last one is truncated, or if a label is out of range.
std::size_t ParseCifar(std::string_view bytes, CifarLayout layout, const std::string& name,
                       PixelSet& set);

// The same for a file of the Python version.
std::size_t ParsePickledCifar(std::string_view bytes, CifarLayout layout, const std::string& name,
                              PixelSet& set);

// Reads the images of the first `classes` classes, from data_batch_{1,...,5}.bin and
// test_batch.bin, or train.bin and test.bin, or, in the Python version, files of these names
// without .bin. They are in the directory, or in a folder of it that is named as in the published
// archive (cifar-10-batches-bin, cifar-100-binary, cifar-10-batches-py, cifar-100-python). The five
// batches must have the same number of images; otherwise one was truncated. Throws IoError as
// ParseCifar does.
PixelSets ReadCifar10(const std::filesystem::path& directory, std::size_t classes);
PixelSets ReadCifar100(const std::filesystem::path& directory, std::size_t classes);

}  // namespace lode::images

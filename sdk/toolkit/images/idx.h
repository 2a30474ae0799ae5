// Reads the files of MNIST and of data sets with the same layout (yann.lecun.com/exdb/mnist):
//
//   2 bytes       zero
//   1 byte        the type of the elements; only 8, unsigned bytes, is supported
//   1 byte        the number of dimensions
//   4 bytes each  the size of a dimension, big-endian
//   the rest      the elements, row-major
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "toolkit/images/pixel_set.h"

namespace lode::images {

struct IdxArray {
  std::vector<std::size_t> shape;
  std::string_view elements;  // bytes
};

// Returns the array in the bytes of a file, which has `dimensions` dimensions and exactly their
// size. Messages call the file `name`. Throws IoError "NAME: ..." with what was found and
// expected.
IdxArray ParseIdx(std::string_view bytes, std::size_t dimensions, const std::string& name);

// Reads gray images and their labels from {train,t10k}-{images-idx3,labels-idx1}-ubyte[.gz] in a
// directory, those of the first `classes` of the `published` classes. Throws IoError if a
// file is not as above, if the numbers of images and labels differ, or if a label is not below
// `published`.
PixelSets ReadIdxSets(const std::filesystem::path& directory, std::size_t published,
                      std::size_t classes);

}  // namespace lode::images

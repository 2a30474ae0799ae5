// The interface of the data sets of this folder: images of bytes with a class each.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lode::images {

// Rows from the top, of pixels from the left, of channels (1: gray; 3: red, green, blue).
struct Image {
  std::size_t height = 0, width = 0, channels = 0;
  std::vector<std::uint8_t> pixels;  // height * width * channels
};

// Images with their classes, numbered from 0. Immutable: any thread may call any method.
class ImageSet {
 public:
  ImageSet() = default;
  ImageSet(const ImageSet&) = delete;
  ImageSet& operator=(const ImageSet&) = delete;
  virtual ~ImageSet() = default;

  virtual std::size_t size() const = 0;
  virtual std::size_t channels() const = 0;  // of every image
  virtual std::size_t classes() const = 0;

  // REQUIRES, here and below: index < size().
  virtual std::uint32_t Label(std::size_t index) const = 0;  // below classes()
  // Puts an image into `out`, reusing its memory. Throws IoError, with the path first, if the
  // image is read from a file only now and the file is damaged.
  virtual void Read(std::size_t index, Image& out) const = 0;
};

}  // namespace lode::images

// Resizes images like Pillow with its bilinear filter, bit for bit, because results of networks are
// compared with results measured on images that Pillow resized.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "toolkit/images/image_set.h"

namespace lode::images {

struct Box {
  std::size_t top, left, height, width;
  bool operator==(const Box&) const = default;
};

// Holds the data for resizing, so that one image after another needs no new memory. Not
// thread-safe.
class Resizer {
 public:
  // Crops `from` out of `image`, resizes that to height x width, and puts the part `window` of the
  // result into `out`. A pixel is the mean of the pixels below it, weighted by a triangle that is
  // as wide as two pixels of the larger scale; horizontally first, with each pass rounded to bytes.
  // Computes only what the window needs. REQUIRES: `from` is within the image and `window` within
  // height x width, and neither is empty; `out` is not `image`.
  void Run(const Image& image, const Box& from, std::size_t height, std::size_t width,
           const Box& window, Image& out);

 private:
  // The weights of the pixels [begin, begin + count) that form one pixel.
  struct Taps {
    std::size_t begin, count, weights;  // the first weight's position in Axis::weights
  };
  struct Axis {
    std::vector<Taps> taps;
    std::vector<std::int32_t> weights;  // in units of 2^-kPrecision
  };

  static void Weigh(std::size_t from, std::size_t to, std::size_t first, std::size_t count,
                    Axis& axis);
  void PassAcross(const Image& image, const Box& from, std::size_t first, std::size_t rows);
  void PassDown(std::size_t first, std::size_t channels, Image& out) const;

  Axis across_, down_;
  std::vector<std::uint8_t> rows_;  // resized only horizontally
};

}  // namespace lode::images

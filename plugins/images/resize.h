// Resizes images as Pillow does with its bilinear filter, to the bit: results of networks are compared
// with ones that were measured on images resized so.
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_PLUGINS_IMAGES_RESIZE_H_
#define LODE_PLUGINS_IMAGES_RESIZE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "plugins/images/image_set.h"

namespace lode::images {

struct Box {
  std::size_t top, left, height, width;
  bool operator==(const Box&) const = default;
};

// Holds what a resize needs, for one after the other without new memory. Not thread-safe.
class Resizer {
 public:
  // Cuts `from` out of `image`, resizes that to height x width, and puts the part `window` of the
  // result into `out`. A pixel is the mean of those below it, weighted by a triangle that is as wide
  // as two pixels of the larger scale; horizontally first, each pass rounded to bytes. Only what the
  // window needs is computed. REQUIRES: `from` lies in the image and `window` in height x width, and
  // neither is empty; `out` is not `image`.
  void Run(const Image& image, const Box& from, std::size_t height, std::size_t width,
           const Box& window, Image& out);

 private:
  // The weights of the pixels [begin, begin + count) that make one pixel.
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
  std::vector<std::uint8_t> rows_;  // resized across only
};

}  // namespace lode::images

#endif  // LODE_PLUGINS_IMAGES_RESIZE_H_

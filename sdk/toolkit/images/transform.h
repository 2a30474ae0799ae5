// The transformation of an image before a network sees it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <vector>

#include "toolkit/images/image_set.h"
#include "toolkit/images/resize.h"

namespace lode::images {

// An image becomes a square of `resolution` pixels in one of four ways:
//
//   random_resized_crop    a part of 8 to 100 % of its area, with sides in a ratio of 3/4 to 4/3,
//                          is resized ("Going deeper with convolutions", as in torchvision)
//   resize_short_side > 0  it is resized until its shorter side has this many pixels, and its
//                          middle is cropped
//   pad > 0                a square is cropped at random after padding with `pad` black pixels
//   none of these          its middle is cropped without resizing; black if it is too small
//
// Then it is mirrored with probability 1/2 (flip), normalized to (pixel / 255 - mean) / std, and a
// square with sides of `cutout` pixels (an odd number counts as one less) is set to zero around a
// pixel drawn from all pixels, so that it may extend past the edge (DeVries and Taylor, "Improved
// Regularization of Convolutional Neural Networks with Cutout").
struct Transform {
  std::size_t resolution = 0;
  std::size_t pad = 0;
  bool flip = false;
  std::size_t cutout = 0;  // 0: none
  bool random_resized_crop = false;
  std::size_t resize_short_side = 0;  // at least resolution
  std::vector<float> mean, std;       // of each channel, in [0, 1]; std is not 0
};

// Applies a transform. Thread-safe as long as each thread has its own Scratch.
class Transformer {
 public:
  // Data for one thread, whose memory is reused from image to image.
  struct Scratch {
    Resizer resizer;
    Image resized;
  };

  // Throws InvalidError if two of the ways are requested at once, or a value is out of range.
  explicit Transformer(Transform transform);

  const Transform& transform() const { return transform_; }
  std::size_t channels() const { return tables_.size(); }
  std::size_t floats() const;  // per image

  // Puts an image into `out`: rows of pixels of channels, floats() in total. Random choices are a
  // function of `seed` and `item`. Throws InvalidError if the image has a different number of
  // channels, or is too small for a random crop.
  void Apply(const Image& image, std::uint64_t seed, std::uint64_t item, Scratch& scratch,
             float* out) const;

 private:
  using Table = std::array<float, 256>;  // the value for each byte of a channel
  struct Place {                         // of the square in the image; may be outside it
    std::ptrdiff_t top, left;
  };

  void CheckWays() const;
  void CheckImage(const Image& image) const;
  void ResizeShortSide(const Image& image, Scratch& scratch) const;
  void Normalize(const Image& image, Place place, bool mirrored, float* out) const;
  template <std::size_t kChannels>
  void NormalizeRows(const Image& image, Place place, bool mirrored, float* out) const;
  void CutOut(std::size_t row, std::size_t column, float* out) const;

  Transform transform_;
  std::vector<Table> tables_;
};

// Returns the part that random_resized_crop takes of an image of that size; public for tests.
Box RandomResizedCrop(std::size_t height, std::size_t width, Random random);

}  // namespace lode::images

// The arithmetic of convolutional networks between their convolutions, on images in the layout
// "channels last": a run of pixels, each of them `channels` floats, without gaps. Batch norm, sums,
// ReLU and average pooling take one pass over memory where separate operations take several.
//
// Like kernels.h: the same bits on every x86-64 machine. All functions work on the pixels they are
// given, in one thread; the caller cuts a batch of images into runs of kRun pixels, regardless of
// its number of threads, so that sums do not depend on it. Any thread may call any of them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace lode::kernels {

// The number of pixels processed together: their data stays in the nearest caches.
inline constexpr std::size_t kRun = 512;

// A summand: scale[c] * x[p][c] + shift[c]. No scale: 1; no shift: 0.
struct Term {
  const float* x = nullptr;
  const float* scale = nullptr;
  const float* shift = nullptr;
};

// The largest number of summands.
inline constexpr std::size_t kMostTerms = 8;

// A depthwise convolution of one image: each channel has its own kernel x kernel taps.
//
// The image is surrounded by zeros, so that every tap of every output is inside; `row` is the
// number of floats in one of its rows. A group is what the taps are stored for: the floats of one
// pixel or, if stride is 1, of several pixels side by side, which fills vectors where a pixel has
// few channels.
struct Depthwise {
  std::size_t kernel;    // 3, 5 or 7
  std::size_t stride;    // in pixels
  std::size_t dilation;  // in pixels
  std::size_t channels;  // floats of a pixel
  std::size_t group;     // floats of a group: a multiple of channels; channels unless stride is 1
  std::size_t height;    // of the output
  std::size_t groups;    // in a row of the output
  std::size_t row;
};

struct ChannelsLastSet {
  // Per channel over the pixels: sum = sum of x, squares = sum of (x - sum / pixels)^2.
  void (*statistics)(std::size_t pixels, std::size_t channels, const float* x, float* sum,
                     float* squares);

  // out = sum of the terms, in their order; and relu = max(out, 0) unless relu is null. out may be
  // one of the terms' x, or null if relu is not. REQUIRES: 1 <= count <= kMostTerms.
  void (*sum)(std::size_t pixels, std::size_t channels, const Term* terms, std::size_t count,
              float* out, float* relu);

  // The sums that make up the gradient of batch norm, per channel over the pixels: gradient_sum =
  // sum of dy, product_sum = sum of dy (x - mean).
  void (*gradient_sums)(std::size_t pixels, std::size_t channels, const float* dy, const float* x,
                        const float* mean, float* gradient_sum, float* product_sum);

  // The gradient of a node before and after a ReLU: dx = (gate > 0 ? sum of the gated terms : 0) +
  // sum of the plain ones. gate is the ReLU's input or output; dx may be one of the plain terms' x.
  // REQUIRES: gated and plain are at most kMostTerms / 2 each.
  void (*gated_sum)(std::size_t pixels, std::size_t channels, const float* gate,
                    const Term* gated_terms, std::size_t gated, const Term* plain_terms,
                    std::size_t plain, float* dx);

  // out (+)= 3x3 average pooling of one image, stride 1, padding 1 that is not counted. `room` is
  // scratch of (width + 2) * channels floats.
  void (*average_pool)(std::size_t height, std::size_t width, std::size_t channels, const float* x,
                       float* out, bool accumulate, float* room);

  // dx (+)= its gradient.
  void (*average_pool_gradient)(std::size_t height, std::size_t width, std::size_t channels,
                                const float* dy, float* dx, bool accumulate, float* room);

  // out[y][g] = sum of taps[ky][kx] * image[y * stride + ky * dilation][...], with taps as kernel x
  // kernel groups.
  void (*depthwise)(const Depthwise& form, const float* image, const float* taps, float* out);

  // gradients[ky][kx] = the sum over the outputs of dy times what the tap was multiplied by, for
  // each float of a group.
  void (*depthwise_gradient)(const Depthwise& form, const float* image, const float* dy,
                             float* gradients);
};

// For the machine the program runs on; kernels.h lists all sets that it can run.
const ChannelsLastSet& BestChannelsLast();

}  // namespace lode::kernels

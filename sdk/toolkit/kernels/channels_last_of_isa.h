// The functions of channels_last.h, written once and compiled for each instruction set by
// kernels_*.cc. Includes no standard header, as explained in kernels_of_isa.h.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "toolkit/kernels/channels_last.h"
#include "toolkit/kernels/depthwise_of_isa.h"
#include "toolkit/kernels/lanes_of_isa.h"
#include "toolkit/kernels/vector16.h"

namespace lode::kernels {
namespace {

// The sum of value(p) over the pixels, four at a time: a single chain of sums would wait for
// itself.
template <class Value>
inline Vector16 SumOver(std::size_t pixels, const Value& value) {
  Vector16 sums[4] = {Broadcast(0), Broadcast(0), Broadcast(0), Broadcast(0)};
  std::size_t p = 0;
  for (; p + 4 <= pixels; p += 4) {
    for (std::size_t k = 0; k < 4; ++k) { sums[k] = Add(sums[k], value(p + k)); }
  }
  for (; p < pixels; ++p) { sums[0] = Add(sums[0], value(p)); }
  return Add(Add(sums[0], sums[1]), Add(sums[2], sums[3]));
}

void Statistics(std::size_t pixels, std::size_t channels, const float* x, float* sum,
                float* squares) {
  ForChannels(channels, [&](auto lanes, std::size_t c) {
    const auto at = [&](std::size_t p) { return lanes.Read(x + p * channels + c); };
    const Vector16 total = SumOver(pixels, at);
    const Vector16 mean = Divide(total, Broadcast(static_cast<float>(pixels)));
    lanes.Write(sum + c, total);
    lanes.Write(squares + c, SumOver(pixels, [&](std::size_t p) {
                  const Vector16 distance = Subtract(at(p), mean);
                  return Multiply(distance, distance);
                }));
  });
}

// The terms at 16 channels: their factors are read once.
template <int kCount, class Lanes>
struct Terms {
  Terms(const Term* terms, Lanes lanes_read, std::size_t c) : lanes(lanes_read) {
    for (int k = 0; k < kCount; ++k) {
      x[k] = terms[k].x + c;
      scale[k] = terms[k].scale != nullptr ? lanes.Read(terms[k].scale + c) : Broadcast(1);
      if (terms[k].shift != nullptr) { shift = Add(shift, lanes.Read(terms[k].shift + c)); }
    }
  }
  Vector16 At(std::size_t offset) const {
    Vector16 total = shift;
    for (int k = 0; k < kCount; ++k) {
      total = MultiplyAdd(scale[k], lanes.Read(x[k] + offset), total);
    }
    return total;
  }

  Lanes lanes;
  const float* x[kCount + 1];  // an array cannot be empty
  Vector16 scale[kCount + 1];
  Vector16 shift = Broadcast(0);
};

// Calls body<count>(), with the count known to the compiler.
template <int kMost, class Body>
inline void ForCount(std::size_t count, const Body& body) {
  if constexpr (kMost > 0) {
    if (count < kMost) { return ForCount<kMost - 1>(count, body); }
  }
  body.template operator()<kMost>();
}

void SumTerms(std::size_t pixels, std::size_t channels, const Term* terms, std::size_t count,
              float* out, float* relu) {
  ForCount<static_cast<int>(kMostTerms)>(count, [&]<int kCount>() {
    ForChannels(channels, [&](auto lanes, std::size_t c) {
      const Terms<kCount, decltype(lanes)> sum(terms, lanes, c);
      for (std::size_t at = 0; at < pixels * channels; at += channels) {
        const Vector16 total = sum.At(at);
        if (out != nullptr) { lanes.Write(out + at + c, total); }
        if (relu != nullptr) { lanes.Write(relu + at + c, Positive(total)); }
      }
    });
  });
}

void GradientSums(std::size_t pixels, std::size_t channels, const float* dy, const float* x,
                  const float* mean, float* gradient_sum, float* product_sum) {
  ForChannels(channels, [&](auto lanes, std::size_t c) {
    const Vector16 center = lanes.Read(mean + c);
    Vector16 gradients = Broadcast(0);
    Vector16 products = Broadcast(0);
    for (std::size_t at = c; at < pixels * channels; at += channels) {
      const Vector16 gradient = lanes.Read(dy + at);
      gradients = Add(gradients, gradient);
      products = MultiplyAdd(gradient, Subtract(lanes.Read(x + at), center), products);
    }
    lanes.Write(gradient_sum + c, gradients);
    lanes.Write(product_sum + c, products);
  });
}

void GatedSum(std::size_t pixels, std::size_t channels, const float* gate, const Term* gated_terms,
              std::size_t gated, const Term* plain_terms, std::size_t plain, float* dx) {
  constexpr int kMost = kMostTerms / 2;
  ForCount<kMost>(gated, [&]<int kGated>() {
    ForCount<kMost>(plain, [&]<int kPlain>() {
      ForChannels(channels, [&](auto lanes, std::size_t c) {
        const Terms<kGated, decltype(lanes)> behind(gated_terms, lanes, c);
        const Terms<kPlain, decltype(lanes)> before(plain_terms, lanes, c);
        for (std::size_t at = 0; at < pixels * channels; at += channels) {
          const Vector16 open = KeepWherePositive(lanes.Read(gate + at + c), behind.At(at));
          lanes.Write(dx + at + c, Add(open, before.At(at)));
        }
      });
    });
  });
}

// Returns how many of `size` pixels in a row are within one of `at`.
inline float Neighbours(std::size_t at, std::size_t size) {
  return static_cast<float>(1 + (at > 0 ? 1 : 0) + (at + 1 < size ? 1 : 0));
}

// room[1 + x] = the sum over rows y - 1 to y + 1 of scale(row) * image[row][x], with a pixel of
// zeros at both ends of the room.
template <class Scale>
inline void SumRows(std::size_t y, std::size_t height, std::size_t width, std::size_t channels,
                    const float* image, const Scale& scale, float* room) {
  const std::size_t first = y > 0 ? y - 1 : 0;
  const std::size_t last = y + 1 < height ? y + 1 : y;
  ForChannels(width * channels, [&](auto lanes, std::size_t i) {
    Vector16 total = Broadcast(0);
    for (std::size_t row = first; row <= last; ++row) {
      const Vector16 value = lanes.Read(image + row * width * channels + i);
      total = MultiplyAdd(Broadcast(scale(row)), value, total);
    }
    lanes.Write(room + channels + i, total);
  });
  for (std::size_t c = 0; c < channels; ++c) {
    room[c] = 0;
    room[(width + 1) * channels + c] = 0;
  }
}

// out[x] (+)= scale(x) * (room[x] + room[x + 1] + room[x + 2]).
template <class Scale>
inline void SumColumns(std::size_t width, std::size_t channels, const float* room,
                       const Scale& scale, bool accumulate, float* out) {
  for (std::size_t x = 0; x < width; ++x) {
    const Vector16 factor = Broadcast(scale(x));
    const float* left = room + x * channels;
    ForChannels(channels, [&](auto lanes, std::size_t c) {
      const Vector16 three = Add(Add(lanes.Read(left + c), lanes.Read(left + channels + c)),
                                 lanes.Read(left + 2 * channels + c));
      float* to = out + x * channels + c;
      lanes.Write(to, MultiplyAdd(factor, three, accumulate ? lanes.Read(to) : Broadcast(0)));
    });
  }
}

void AveragePool(std::size_t height, std::size_t width, std::size_t channels, const float* x,
                 float* out, bool accumulate, float* room) {
  for (std::size_t y = 0; y < height; ++y) {
    const float rows = Neighbours(y, height);
    SumRows(
        y, height, width, channels, x, [](std::size_t) { return 1.0F; }, room);
    SumColumns(
        width, channels, room,
        [&](std::size_t column) { return 1 / (rows * Neighbours(column, width)); }, accumulate,
        out + y * width * channels);
  }
}

void AveragePoolGradient(std::size_t height, std::size_t width, std::size_t channels,
                         const float* dy, float* dx, bool accumulate, float* room) {
  for (std::size_t y = 0; y < height; ++y) {
    SumRows(
        y, height, width, channels, dy,
        [&](std::size_t row) { return 1 / Neighbours(row, height); }, room);
    for (std::size_t column = 0; column < width; ++column) {
      const Vector16 share = Broadcast(1 / Neighbours(column, width));
      ForChannels(channels, [&](auto lanes, std::size_t c) {
        float* at = room + (column + 1) * channels + c;
        lanes.Write(at, Multiply(share, lanes.Read(at)));
      });
    }
    SumColumns(
        width, channels, room, [](std::size_t) { return 1.0F; }, accumulate,
        dx + y * width * channels);
  }
}

constexpr ChannelsLastSet kChannelsLast = {Statistics,           SumTerms,
                                           GradientSums,         GatedSum,
                                           AveragePool,          AveragePoolGradient,
                                           DepthwiseConvolution, DepthwiseGradient};

}  // namespace
}  // namespace lode::kernels

// Depthwise convolutions, written once and compiled for each instruction set by kernels_*.cc.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "toolkit/kernels/channels_last.h"
#include "toolkit/kernels/lanes_of_isa.h"

namespace lode::kernels {
namespace {

// Calls body<kernel>(), with the kernel known to the compiler.
template <class Body>
inline void ForKernel(std::size_t kernel, const Body& body) {
  switch (kernel) {
    case 3:
      return body.template operator()<3>();
    case 5:
      return body.template operator()<5>();
    default:
      return body.template operator()<7>();
  }
}

// out[0 to kCount - 1] of a row, each tap being read once for all of them; `image` and `out` are at
// the first output's channels.
template <int kKernel, int kCount, class Lanes>
inline void ConvolveOutputs(const Depthwise& form, Lanes lanes, const float* image,
                            const float* taps, float* out) {
  const std::size_t step = form.stride * form.group;
  Vector16 sums[kCount];
  for (Vector16& sum : sums) { sum = Broadcast(0); }
  for (std::size_t ky = 0; ky < kKernel; ++ky) {
    for (std::size_t kx = 0; kx < kKernel; ++kx) {
      const Vector16 tap = lanes.Read(taps + (ky * kKernel + kx) * form.group);
      const float* at = image + ky * form.dilation * form.row + kx * form.dilation * form.channels;
      for (int k = 0; k < kCount; ++k) {
        sums[k] = MultiplyAdd(tap, lanes.Read(at + static_cast<std::size_t>(k) * step), sums[k]);
      }
    }
  }
  for (int k = 0; k < kCount; ++k) {
    lanes.Write(out + static_cast<std::size_t>(k) * form.group, sums[k]);
  }
}

void DepthwiseConvolution(const Depthwise& form, const float* image, const float* taps,
                          float* out) {
  ForKernel(form.kernel, [&]<int kKernel>() {
    ForChannels(form.group, [&](auto lanes, std::size_t c) {
      for (std::size_t y = 0; y < form.height; ++y) {
        const float* from = image + y * form.stride * form.row + c;
        float* to = out + y * form.groups * form.group + c;
        std::size_t g = 0;
        for (; g + kDepthwiseOutputs <= form.groups; g += kDepthwiseOutputs) {
          ConvolveOutputs<kKernel, kDepthwiseOutputs>(
              form, lanes, from + g * form.stride * form.group, taps + c, to + g * form.group);
        }
        for (; g < form.groups; ++g) {
          ConvolveOutputs<kKernel, 1>(form, lanes, from + g * form.stride * form.group, taps + c,
                                      to + g * form.group);
        }
      }
    });
  });
}

// The gradients of one row of taps, from a row of the image after another: `image` and `dy` are at
// the first output's channels.
template <int kKernel, class Lanes>
inline void GradientsOfTapRow(const Depthwise& form, Lanes lanes, const float* image,
                              const float* dy, float* gradients) {
  const std::size_t step = form.stride * form.group, tap = form.dilation * form.channels;
  Vector16 even[kKernel], odd[kKernel];
  for (int k = 0; k < kKernel; ++k) { even[k] = odd[k] = Broadcast(0); }
  const auto add = [&](const float* at, const float* gradient, Vector16* sums) {
    const Vector16 value = lanes.Read(gradient);
    for (int k = 0; k < kKernel; ++k) {
      sums[k] = MultiplyAdd(value, lanes.Read(at + static_cast<std::size_t>(k) * tap), sums[k]);
    }
  };
  for (std::size_t y = 0; y < form.height; ++y) {
    const float* at = image + y * form.stride * form.row;
    const float* gradient = dy + y * form.groups * form.group;
    std::size_t g = 0;
    for (; g + 2 <= form.groups; g += 2) {
      add(at + g * step, gradient + g * form.group, even);
      add(at + (g + 1) * step, gradient + (g + 1) * form.group, odd);
    }
    if (g < form.groups) { add(at + g * step, gradient + g * form.group, even); }
  }
  for (int k = 0; k < kKernel; ++k) {
    lanes.Write(gradients + static_cast<std::size_t>(k) * form.group, Add(even[k], odd[k]));
  }
}

void DepthwiseGradient(const Depthwise& form, const float* image, const float* dy,
                       float* gradients) {
  ForKernel(form.kernel, [&]<int kKernel>() {
    ForChannels(form.group, [&](auto lanes, std::size_t c) {
      for (std::size_t ky = 0; ky < kKernel; ++ky) {
        GradientsOfTapRow<kKernel>(form, lanes, image + ky * form.dilation * form.row + c, dy + c,
                                   gradients + ky * kKernel * form.group + c);
      }
    });
  });
}

}  // namespace
}  // namespace lode::kernels

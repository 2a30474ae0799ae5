// Sixteen channels at a time, and the rest. Only for kernels_*.cc, like vector16.h.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "toolkit/kernels/vector16.h"

namespace lode::kernels {
namespace {

// Reads and writes 16 channels.
struct Whole {
  Vector16 Read(const float* p) const { return Load(p); }
  void Write(float* p, Vector16 a) const { Store(p, a); }
};

// Reads and writes the first n < 16 of 16 channels.
struct First {
  std::size_t n;
  Vector16 Read(const float* p) const { return LoadFirst(p, n); }
  void Write(float* p, Vector16 a) const { StoreFirst(p, a, n); }
};

// Calls body(lanes, c) for channels c to c + 15, and for the rest.
template <class Body>
inline void ForChannels(std::size_t channels, const Body& body) {
  std::size_t c = 0;
  for (; c + 16 <= channels; c += 16) { body(Whole{}, c); }
  if (c < channels) { body(First{channels - c}, c); }
}

}  // namespace
}  // namespace lode::kernels

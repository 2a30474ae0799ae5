// Reads the header of NumPy's .npy format
// (numpy.org/doc/stable/reference/generated/numpy.lib.format.html):
//
//   6 bytes       "\x93NUMPY"
//   2 bytes       the version: 1.0, 2.0 or 3.0
//   2 or 4 bytes  the length of the text, little-endian; 2 in version 1.0
//   the text      {'descr': '|u1', 'fortran_order': False, 'shape': (N, M), }, the three keys in
//                 any order, then spaces and a line end
//   the rest      the elements
//
// Only this text is read, and no other Python: no expressions, no structured types, no objects
// (which would be a pickle, and could run anything).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lode::images {

struct NpyHeader {
  char kind = 'u';                 // of the elements: u or i, whole numbers without and with a sign
  std::size_t element_bytes = 1;   // 1, 2, 4 or 8; little-endian
  std::vector<std::size_t> shape;  // row-major; none: a scalar
};

// The number of bytes that contain the length of the header.
inline constexpr std::size_t kNpyPreambleBytes = 12;

// Returns the length of the whole header, up to the first element; `preamble` is the file's first
// kNpyPreambleBytes. Throws IoError "NAME: ...", here and below.
std::size_t NpyHeaderBytes(std::string_view preamble, const std::string& name);

// Parses the header in `bytes`, which has NpyHeaderBytes. Refuses elements that are not whole
// numbers, big-endian elements and column-major arrays.
NpyHeader ParseNpyHeader(std::string_view bytes, const std::string& name);

// Returns an element as a number. REQUIRES: `element` has header.element_bytes.
std::int64_t NpyInteger(const NpyHeader& header, std::string_view element);

// "(100, 3072)", for messages.
std::string NpyShapeText(const std::vector<std::size_t>& shape);

}  // namespace lode::images

// Tensors in files of the safetensors format (github.com/huggingface/safetensors, README.md,
// "Format"):
//
//   8 bytes             the header's length, little-endian
//   the header          a JSON object, from the name of each tensor to its "dtype", "shape" and
//                       "data_offsets", and from "__metadata__" to an object of free text
//   the rest            the tensors' elements, row-major and little-endian, without gaps
//
// Elements are float32. When reading, a file with a tensor of any other dtype is refused, and so is
// everything the format forbids: a header of more than 100 MB or that is not such JSON, duplicate
// names and fields, tensors that overlap, leave bytes between or after them, extend past the file's
// end, or whose offsets do not match their shape.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <lode/plugin.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lode::files {

struct Tensor {
  std::vector<std::size_t> shape;  // none: a scalar
  std::vector<float> values;       // row-major; any float, including infinities and NaN
};

using Tensors = std::map<std::string, Tensor, std::less<>>;  // by name

using Metadata = std::map<std::string, std::string, std::less<>>;

struct Safetensors {
  Tensors tensors;
  Metadata metadata{};  // free text by its name
};

// Reads a file of at most 8 GiB. Throws IoError as ParseSafetensors does, and if the file
// cannot be read.
Safetensors ReadSafetensors(const std::string& path);

// Reads only the header, and returns its metadata. Throws IoError likewise, but does not look at
// the tensors' elements.
Metadata ReadSafetensorsMetadata(const std::string& path);

// Parses the bytes of a file; messages call it `name`. Throws IoError "NAME: ..." with the
// tensor, what was found and what was expected.
Safetensors ParseSafetensors(std::string_view bytes, const std::string& name);

// Returns the bytes of a file; equal contents give equal bytes. REQUIRES: each tensor has as many
// values as its shape says.
std::string FormatSafetensors(const Safetensors& contents);

// Writes the whole file or leaves the old one, as posix::WriteFile does.
void WriteSafetensors(const std::string& path, const Safetensors& contents);

// "[400, 128]", for messages.
std::string ShapeText(const std::vector<std::size_t>& shape);

}  // namespace lode::files

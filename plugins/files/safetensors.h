// Tensors in files of the safetensors format (github.com/huggingface/safetensors, README.md,
// "Format"):
//
//   8 bytes             the header's length, little-endian
//   the header          a JSON object, from the name of each tensor to its "dtype", "shape" and
//                       "data_offsets", and from "__metadata__" to an object of free text
//   the rest            the tensors' elements, row-major and little-endian, without gaps
//
// Elements are float32. On reading, a file with any tensor of another dtype is refused, and so is what the format
// forbids: a header of more than 100 MB, one that is no such JSON, names and fields that come twice,
// tensors that overlap, leave bytes between or behind them, reach past the file's end, or have other
// offsets than their shape needs.
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_PLUGINS_FILES_SAFETENSORS_H_
#define LODE_PLUGINS_FILES_SAFETENSORS_H_

#include <cstddef>
#include <functional>
#include <lode/plugin.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace files {

struct Tensor {
  std::vector<std::size_t> shape;  // none: a scalar
  std::vector<float> values;       // row-major; any float, infinities and NaN among them
};

using Tensors = std::map<std::string, Tensor, std::less<>>;  // by name

using Metadata = std::map<std::string, std::string, std::less<>>;

struct Safetensors {
  Tensors tensors;
  Metadata metadata{};  // free text by its name
};

// Reads a file of at most 1 GiB. Throws lode::IoError as ParseSafetensors does, and if the file
// cannot be read.
Safetensors ReadSafetensors(const std::string& path);

// What is in the bytes of a file; `name` is what messages call it. Throws lode::IoError "NAME:
// ..." with the tensor, what was seen and what was expected.
Safetensors ParseSafetensors(std::string_view bytes, const std::string& name);

// The bytes of a file, the same for the same contents. REQUIRES: the values of each tensor are as
// many as its shape says.
std::string FormatSafetensors(const Safetensors& contents);

// Writes a whole file or leaves what was there, as WriteFile does.
void WriteSafetensors(const std::string& path, const Safetensors& contents);

// "[400, 128]", for messages.
std::string ShapeText(const std::vector<std::size_t>& shape);

}  // namespace files

#endif  // LODE_PLUGINS_FILES_SAFETENSORS_H_

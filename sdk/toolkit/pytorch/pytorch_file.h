// Reads tensors from files that PyTorch's torch.save writes, without PyTorch. Both forms are known:
//
//   zip, since 1.6   FOLDER/data.pkl, a pickle, and FOLDER/data/KEY, the elements of a storage
//   before           five pickles, one after the other: a magic number, the version 1001, the
//                    writer's sizes of types, the contents, the keys of the storages; then, for
//                    each key, the number of elements in 8 bytes and the elements
//
// A pickle is a program. This reader takes it as data (toolkit/files/pickle.h): it admits the names
// that state dictionaries need and refuses all others, so nothing in a file is ever executed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "toolkit/files/safetensors.h"

namespace lode::pytorch {

// Not thread-safe while it is made; its const functions are.
class PyTorchFile {
 public:
  using Shape = std::vector<std::size_t>;
  using Shapes = std::map<std::string, Shape, std::less<>>;  // by the tensor's name

  // Reads a file of at most 8 GiB. Throws IoError as the other constructor does, and if the file
  // cannot be read.
  explicit PyTorchFile(const std::string& path);

  // Reads the bytes of a file; messages call it `name`. Its contents must be a dictionary of
  // tensors, as state_dict() returns it, or a dictionary with that one as "state_dict".
  //
  // Throws IoError "NAME: ..." with what was found, and the byte in a pickle or the tensor, for
  // everything else: a file that is truncated or damaged; a pickle that Pickle refuses; elements
  // that are compressed, encrypted, not little-endian, missing, or not as many as the contents say;
  // tensors that are sparse, complex or quantized, or have more elements than their storage. Takes
  // time and memory in proportion to the bytes.
  PyTorchFile(std::string bytes, std::string name);
  ~PyTorchFile();
  PyTorchFile(PyTorchFile&&) noexcept;

  const std::string& name() const;
  const Shapes& shapes() const;

  // Returns a tensor's elements, converted to float32: integers and float64 are rounded to the
  // nearest. REQUIRES: shapes() has it.
  files::Tensor Read(std::string_view tensor) const;

 private:
  struct Contents;
  std::unique_ptr<Contents> contents_;
};

}  // namespace lode::pytorch

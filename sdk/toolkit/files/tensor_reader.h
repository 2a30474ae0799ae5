// The tensors of one network's file, each checked.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "toolkit/files/safetensors.h"

namespace lode::files {

// Takes tensors by name and shape. Both arguments outlive it. Throws IoError "NAME: ..." with what
// was found and what was expected.
class TensorReader {
 public:
  TensorReader(const Tensors& tensors, const std::string& name) : tensors_(tensors), name_(name) {}

  // Returns the elements. Throws if the tensor is missing, has another shape, or elements that are
  // not finite.
  const std::vector<float>& Take(const std::string& tensor, const std::vector<std::size_t>& shape);
  // The same for a matrix with any number of rows, at least 1.
  const std::vector<float>& TakeRows(const std::string& tensor, std::size_t columns);

  // Throws if there is a tensor that was not taken. `network`: whose tensors they are, in words.
  void RequireNoOthers(const std::string& network = "the network") const;

 private:
  const Tensor& Find(const std::string& tensor, const std::string& expected);
  const std::vector<float>& Finite(const std::string& tensor, const Tensor& found) const;
  [[noreturn]] void Fail(const std::string& message) const;

  const Tensors& tensors_;
  const std::string& name_;
  std::set<std::string, std::less<>> taken_;
};

}  // namespace lode::files

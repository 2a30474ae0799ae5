#include "toolkit/files/tensor_reader.h"

#include <algorithm>
#include <cmath>
#include <lode/text.hpp>

namespace lode::files {

void TensorReader::Fail(const std::string& message) const { throw IoError(name_ + ": " + message); }

const Tensor& TensorReader::Find(const std::string& tensor, const std::string& expected) {
  const auto found = tensors_.find(tensor);
  if (found == tensors_.end()) {
    Fail("has no tensor " + Quote(tensor) + ", expected one of shape " + expected);
  }
  taken_.insert(tensor);
  return found->second;
}

const std::vector<float>& TensorReader::Finite(const std::string& tensor,
                                               const Tensor& found) const {
  if (!std::ranges::all_of(found.values, [](float v) { return std::isfinite(v); })) {
    Fail("tensor " + Quote(tensor) + " has elements that are not finite");
  }
  return found.values;
}

const std::vector<float>& TensorReader::Take(const std::string& tensor,
                                             const std::vector<std::size_t>& shape) {
  const Tensor& found = Find(tensor, ShapeText(shape));
  if (found.shape != shape) {
    Fail("tensor " + Quote(tensor) + " has the shape " + ShapeText(found.shape) + ", expected " +
         ShapeText(shape));
  }
  return Finite(tensor, found);
}

const std::vector<float>& TensorReader::TakeRows(const std::string& tensor, std::size_t columns) {
  const std::string expected = "[rows, " + std::to_string(columns) + "]";
  const Tensor& found = Find(tensor, expected);
  if (found.shape.size() != 2 || found.shape[0] == 0 || found.shape[1] != columns) {
    Fail("tensor " + Quote(tensor) + " has the shape " + ShapeText(found.shape) + ", expected " +
         expected);
  }
  return Finite(tensor, found);
}

void TensorReader::RequireNoOthers(const std::string& network) const {
  for (const auto& [tensor, value] : tensors_) {
    if (!taken_.contains(tensor)) {
      Fail("has a tensor " + Quote(tensor) + ", which " + network + " does not have");
    }
  }
}

}  // namespace lode::files

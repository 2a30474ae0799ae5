#include "plugins/training/multiply_adds.h"

#include <ATen/record_function.h>
#include <torch/torch.h>

#include <memory>
#include <string_view>

namespace training {
namespace {

thread_local std::int64_t multiply_adds = 0;

// Every output element is the product of a row of weights: of all their dimensions but the first.
std::int64_t Products(const torch::Tensor& out, const torch::Tensor& weight) {
  return out.numel() * (weight.numel() / weight.size(0));
}

std::unique_ptr<at::ObserverContext> Before(const at::RecordFunction&) { return nullptr; }

// The operations that others end in. A linear layer multiplies by its transposed weights, with a bias
// or without.
void After(const at::RecordFunction& call, at::ObserverContext*) {
  const std::string_view name = call.name();
  if (name == "aten::convolution") {
    multiply_adds += Products(call.outputs()[0].toTensor(), call.inputs()[1].toTensor());
  } else if (name == "aten::addmm" || name == "aten::mm") {
    const std::size_t weight = name == "aten::mm" ? 1 : 2;
    multiply_adds += Products(call.outputs()[0].toTensor(), call.inputs()[weight].toTensor().t());
  }
}

}  // namespace

std::int64_t MultiplyAddsOf(const std::function<void()>& forward) {
  multiply_adds = 0;
  const auto handle = at::addThreadLocalCallback(
      at::RecordFunctionCallback(Before, After).needsInputs(true).needsOutputs(true));
  try {
    forward();
  } catch (...) {
    at::removeCallback(handle);
    throw;
  }
  at::removeCallback(handle);
  return multiply_adds;
}

}  // namespace training

#include "toolkit/training/macs.h"

#include <ATen/record_function.h>
#include <torch/torch.h>

#include <memory>
#include <string_view>

#include "toolkit/training/depthwise.h"

namespace lode::training {
namespace {

thread_local std::int64_t macs = 0;

// Data known when an operation starts: its inputs may be gone when it ends.
struct Weights : at::ObserverContext {
  explicit Weights(std::int64_t n) : per_output(n) {}
  std::int64_t per_output;  // products for each element of the output
};

// The weights of the operations that all others end up calling; undefined for other operations.
torch::Tensor WeightsOf(const at::RecordFunction& call) {
  const std::string_view name = call.name();
  if (name == "aten::convolution" || name == kDepthwiseConvolution) {
    return call.inputs()[1].toTensor();
  }
  if (name == "aten::mm") {
    return call.inputs()[1].toTensor().t();  // a linear layer without a bias
  }
  if (name == "aten::addmm") {
    return call.inputs()[2].toTensor().t();  // and one with a bias
  }
  return {};
}

// Each output element is the product of a row of weights: of all their dimensions except the first.
std::unique_ptr<at::ObserverContext> Before(const at::RecordFunction& call) {
  const torch::Tensor weights = WeightsOf(call);
  if (!weights.defined()) { return nullptr; }
  return std::make_unique<Weights>(weights.numel() / weights.size(0));
}

void After(const at::RecordFunction& call, at::ObserverContext* before) {
  const auto* weights = static_cast<const Weights*>(before);
  if (weights != nullptr) { macs += call.outputs()[0].toTensor().numel() * weights->per_output; }
}

}  // namespace

std::int64_t MacsOf(const std::function<void()>& forward) {
  macs = 0;
  const auto handle = at::addThreadLocalCallback(
      at::RecordFunctionCallback(Before, After).needsInputs(true).needsOutputs(true));
  try {
    forward();
  } catch (...) {
    at::removeCallback(handle);
    throw;
  }
  at::removeCallback(handle);
  return macs;
}

}  // namespace lode::training

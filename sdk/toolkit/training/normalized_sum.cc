#include "toolkit/training/normalized_sum.h"

#include <utility>
#include <vector>

namespace lode::training {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// The values of the forward pass that the gradient needs.
struct Tape : torch::CustomClassHolder {
  Tensor x;
  Tensor relu;  // undefined if there is none
  Normalization normalization;
  bool affine = true;
  bool has_shortcut = false;
};

Tensor Forward(const Normalization& n, const Tensor& x, const Tensor& shortcut, bool relu) {
  Tensor out = EmptyLike(x);
  std::vector<Addend> addends{{x, n.scale, n.shift}};
  if (shortcut.defined()) { addends.push_back({shortcut}); }
  Sum(addends, relu ? SumTarget{{}, out} : SumTarget{out, {}});
  return out;
}

struct NormalizedSumFunction : torch::autograd::Function<NormalizedSumFunction> {
  // inputs: x, the norm's weight and bias if it is affine, and the shortcut, if there is one
  // (undefined tensors cannot be passed to a function).
  static Tensor forward(AutogradContext* context, at::TensorList inputs,
                        const Normalization& normalization, bool affine, bool relu) {
    auto tape = c10::make_intrusive<Tape>();
    const Tensor& x = inputs[0];
    const std::size_t own = affine ? 3 : 1;
    const Tensor shortcut = inputs.size() > own ? inputs[own] : Tensor();
    Tensor out = Forward(normalization, x, shortcut, relu);
    tape->x = x;
    tape->relu = relu ? out.detach() : Tensor();
    tape->normalization = normalization;
    tape->affine = affine;
    tape->has_shortcut = shortcut.defined();
    context->saved_data["tape"] = c10::IValue::make_capsule(std::move(tape));
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto tape =
        c10::static_intrusive_pointer_cast<Tape>(context->saved_data["tape"].toCapsule());
    Tensor dy = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    if (tape->relu.defined()) {
      const Tensor open = EmptyLike(dy);
      GatedSum(tape->relu, {dy}, {}, open);
      dy = open;
    }
    BatchNormGradients g = BatchNormBackward(dy, tape->x, tape->normalization, EmptyLike(dy));
    variable_list result{g.x};
    if (tape->affine) { result.insert(result.end(), {g.weight, g.bias}); }
    if (tape->has_shortcut) { result.push_back(dy); }
    result.resize(result.size() + 3);  // for the arguments that are not tensors
    return result;
  }
};

Tensor Fused(BatchNorm& norm, const Tensor& x, const Tensor& shortcut, const Pass& pass,
             bool relu) {
  const Normalization normalization = norm->Prepare(x, pass);
  if (!torch::GradMode::is_enabled()) { return Forward(normalization, x, shortcut, relu); }
  const bool affine = norm->weight.defined();
  std::vector<Tensor> inputs{x};
  if (affine) { inputs.insert(inputs.end(), {norm->weight, norm->bias}); }
  if (shortcut.defined()) { inputs.push_back(shortcut); }
  return NormalizedSumFunction::apply(at::TensorList(inputs), normalization, affine, relu);
}

}  // namespace

bool CanFuse(const Tensor& x, const Pass& pass) {
  return IsChannelsLast(x) && (pass.batch_moments || !torch::GradMode::is_enabled());
}

Tensor NormalizedSum(BatchNorm& norm, const Tensor& x, const Tensor& shortcut, const Pass& pass) {
  if (CanFuse(x, pass) && (!shortcut.defined() || IsChannelsLast(shortcut))) {
    return Fused(norm, x, shortcut, pass, false);
  }
  const Tensor normalized = norm(x, pass);
  return shortcut.defined() ? normalized + shortcut : normalized;
}

Tensor NormalizedRelu(BatchNorm& norm, const Tensor& x, const Pass& pass) {
  return CanFuse(x, pass) ? Fused(norm, x, {}, pass, true) : torch::relu(norm(x, pass));
}

}  // namespace lode::training

#include "plugins/training/normalized_sum.h"

#include <utility>
#include <vector>

namespace training {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// What the gradient needs of the pass forward.
struct Tape : torch::CustomClassHolder {
  Tensor x;
  Tensor relu;  // undefined: there is none
  Normalization normalization;
  bool has_shortcut = false;
};

Tensor Forward(const Normalization& n, const Tensor& x, const Tensor& shortcut, bool relu) {
  Tensor out = EmptyLike(x);
  std::vector<Addend> addends{{x, n.scale, n.shift}};
  if (shortcut.defined()) addends.push_back({shortcut});
  Sum(addends, relu ? SumTarget{{}, out} : SumTarget{out, {}});
  return out;
}

struct NormalizedSumFunction : torch::autograd::Function<NormalizedSumFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& /*weight*/,
                        const Tensor& /*bias*/, const c10::optional<Tensor>& shortcut,
                        const Normalization& normalization, bool relu) {
    auto tape = c10::make_intrusive<Tape>();
    Tensor out = Forward(normalization, x, shortcut.value_or(Tensor()), relu);
    tape->x = x;
    tape->relu = relu ? out.detach() : Tensor();
    tape->normalization = normalization;
    tape->has_shortcut = shortcut.has_value();
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
    BatchNormGradients g = BatchNormBackward(dy, tape->x, tape->normalization);
    return {g.x, g.weight, g.bias, tape->has_shortcut ? dy : Tensor(), {}, {}};
  }
};

Tensor Fused(BatchNorm& norm, const Tensor& x, const Tensor& shortcut, const Pass& pass,
             bool relu) {
  const Normalization normalization = norm->Prepare(x, pass);
  if (!torch::GradMode::is_enabled()) return Forward(normalization, x, shortcut, relu);
  const auto added = shortcut.defined() ? c10::make_optional(shortcut) : c10::nullopt;
  return NormalizedSumFunction::apply(x, norm->weight, norm->bias, added, normalization, relu);
}

}  // namespace

bool CanFuse(const Tensor& x, const Pass& pass) {
  return IsChannelsLast(x) && (pass.batch_moments || !torch::GradMode::is_enabled());
}

Tensor NormalizedSum(BatchNorm& norm, const Tensor& x, const Tensor& shortcut, const Pass& pass) {
  if (CanFuse(x, pass) && (!shortcut.defined() || IsChannelsLast(shortcut)))
    return Fused(norm, x, shortcut, pass, false);
  const Tensor normalized = norm(x, pass);
  return shortcut.defined() ? normalized + shortcut : normalized;
}

Tensor NormalizedRelu(BatchNorm& norm, const Tensor& x, const Pass& pass) {
  return CanFuse(x, pass) ? Fused(norm, x, {}, pass, true) : torch::relu(norm(x, pass));
}

}  // namespace training

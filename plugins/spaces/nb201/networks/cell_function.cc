#include "plugins/spaces/nb201/networks/cell_function.h"

#include <functional>
#include <utility>
#include <vector>

#include "toolkit/training/channels_last.h"

namespace nb201 {
namespace {

using lode::training::ConvNorm;
using lode::training::Pass;
using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

bool IsConvolution(Operation operation) { return operation == kConv1x1 || operation == kConv3x3; }

// Returns which edges have a path to the output.
std::array<bool, kEdges> LiveEdges(const Cell& cell) {
  std::array<bool, kNodes> node{};
  node[kNodes - 1] = true;
  std::array<bool, kEdges> live{};
  for (std::size_t e = kEdges; e-- > 0;) {  // an edge comes after the edges into its first node
    live[e] = cell[e] != kNone && node[kEdgeOrder[e].to];
    node[kEdgeOrder[e].from] = node[kEdgeOrder[e].from] || live[e];
  }
  return live;
}

// The values of the forward pass that the gradient needs.
struct Tape : torch::CustomClassHolder {
  Cell cell{};
  std::array<bool, kEdges> live{};
  std::array<Tensor, kNodes> relu;    // of the nodes that convolutions start from
  std::array<Tensor, kEdges> weight;  // of convolutions, including dead ones
  std::array<bool, kEdges> affine{};  // whether a convolution's norm has parameters
  std::array<Tensor, kEdges> convolved;
  std::array<lode::training::Normalization, kEdges> normalization;
};

class Forward {
 public:
  Forward(CellConvolutions& convolutions, const Pass& pass, Tape& tape)
      : convolutions_(convolutions), pass_(pass), tape_(tape) {}

  Tensor Run(const Tensor& x) {
    nodes_[0] = x;
    if (IsConvolved(0)) { tape_.relu[0] = Relu(x); }
    for (std::size_t node = 1; node < kNodes; ++node) { nodes_[node] = Node(node); }
    return nodes_[kNodes - 1];
  }

 private:
  // Whether a live edge out of the node satisfies `is`.
  template <class Is>
  bool IsReadBy(std::size_t node, const Is& is) const {
    for (std::size_t e = 0; e < kEdges; ++e) {
      if (tape_.live[e] && kEdgeOrder[e].from == node && is(tape_.cell[e])) { return true; }
    }
    return false;
  }

  bool IsConvolved(std::size_t node) const { return IsReadBy(node, IsConvolution); }

  // Whether more than the node's positive part is read.
  bool IsReadWhole(std::size_t node) const {
    return node == kNodes - 1 || IsReadBy(node, std::not_fn(IsConvolution));
  }

  bool FeedsNode(std::size_t node, std::size_t e) const {
    return tape_.live[e] && kEdgeOrder[e].to == node;
  }

  static Tensor Relu(const Tensor& x) {
    Tensor relu = lode::training::EmptyLike(x);
    lode::training::Sum({{x}}, {{}, relu});
    return relu;
  }

  // Computes the sum of the edges into a node and its positive part, as needed.
  Tensor Node(std::size_t node) {
    std::vector<lode::training::Addend> addends;
    Tensor pooled;
    std::size_t live = 0;
    for (std::size_t e = 0; e < kEdges; ++e) { live += FeedsNode(node, e) ? 1 : 0; }
    for (std::size_t e = 0; e < kEdges; ++e) {
      if (!FeedsNode(node, e)) { continue; }
      const Tensor& from = nodes_[kEdgeOrder[e].from];
      if (IsConvolution(tape_.cell[e])) {
        addends.push_back(live == 1 && !pass_.batch_moments ? Fold(e) : Convolve(e));
      } else if (tape_.cell[e] == kSkipConnect) {
        addends.push_back({from});
      } else {
        const bool accumulate = pooled.defined();
        if (!accumulate) { pooled = lode::training::EmptyLike(from); }
        lode::training::AveragePool(from, pooled, accumulate);
      }
    }
    if (pooled.defined()) { addends.push_back({pooled}); }
    return Add(node, addends, pooled);
  }

  lode::training::Addend Convolve(std::size_t e) {
    Tensor y = convolutions_[e]->Convolve(tape_.relu[kEdgeOrder[e].from]);
    const lode::training::Normalization& n = tape_.normalization[e] =
        convolutions_[e]->norm->Prepare(y, pass_);
    tape_.convolved[e] = y;
    return {y, n.scale, n.shift};
  }

  // In evaluation, where nothing is added, no pass over memory is left in which to apply the norm.
  lode::training::Addend Fold(std::size_t e) {
    return {convolutions_[e]->Folded(tape_.relu[kEdgeOrder[e].from])};
  }

  // `room`: an addend that may be overwritten, or undefined.
  Tensor Add(std::size_t node, const std::vector<lode::training::Addend>& addends,
             const Tensor& room) {
    const bool convolved = IsConvolved(node);
    if (addends.empty() || (addends.size() == 1 && addends[0].scale.empty())) {
      Tensor sum = addends.empty() ? torch::zeros_like(nodes_[0]) : addends[0].x;
      if (convolved) { tape_.relu[node] = ReluOf(sum); }
      return sum;
    }
    Tensor sum;
    if (IsReadWhole(node)) { sum = room.defined() ? room : lode::training::EmptyLike(nodes_[0]); }
    if (convolved) { tape_.relu[node] = lode::training::EmptyLike(nodes_[0]); }
    lode::training::Sum(addends, {sum, tape_.relu[node]});
    return sum;
  }

  // A node that equals another one, through a skip, shares its positive part.
  Tensor ReluOf(const Tensor& sum) const {
    for (std::size_t node = 0; node < kNodes; ++node) {
      if (nodes_[node].is_same(sum) && tape_.relu[node].defined()) { return tape_.relu[node]; }
    }
    return Relu(sum);
  }

  CellConvolutions& convolutions_;
  const Pass& pass_;
  Tape& tape_;
  std::array<Tensor, kNodes> nodes_;
};

// The gradients of a cell, from its last node to its first.
class Backward {
 public:
  // Data on the tape is dropped as soon as it has been used, so that the next allocation gets
  // memory that is still in the cache.
  explicit Backward(Tape& tape) : tape_(tape) {}

  // Returns the gradients of x and of each convolution's weight and, if the norm is affine, norm
  // weight and norm bias, in the order of the edges.
  variable_list Run(const Tensor& gradient) {
    plain_[kNodes - 1] = {gradient};
    for (std::size_t node = kNodes - 1; node > 0; --node) {
      if (HasGradient(node)) { Distribute(node, Collect(node, gradient)); }
    }
    variable_list gradients{Collect(0, gradient)};
    for (std::size_t e = 0; e < kEdges; ++e) {
      if (!IsConvolution(tape_.cell[e])) { continue; }
      const ParameterGradients g = ParametersOf(e);
      gradients.push_back(g.weight);
      if (tape_.affine[e]) { gradients.insert(gradients.end(), {g.norm_weight, g.norm_bias}); }
    }
    return gradients;
  }

 private:
  struct ParameterGradients {
    Tensor weight, norm_weight, norm_bias;
  };

  // Zeros for a dead edge.
  ParameterGradients ParametersOf(std::size_t e) const {
    if (parameters_[e].weight.defined()) { return parameters_[e]; }
    const Tensor norm = torch::zeros(tape_.weight[e].size(0));
    return {torch::zeros_like(tape_.weight[e]), norm, norm};
  }

  bool HasGradient(std::size_t node) const {
    return !plain_[node].empty() || !gated_[node].empty() || !pooled_[node].empty();
  }

  // Returns the gradient of a node, from the gradients that came back along the edges that start
  // from it.
  Tensor Collect(std::size_t node, const Tensor& like) {
    std::vector<Tensor>& plain = plain_[node];
    if (pooled_[node].empty() && gated_[node].empty() && plain.size() == 1) { return plain[0]; }
    if (!HasGradient(node)) { return torch::zeros_like(like); }
    const Tensor sum = lode::training::EmptyLike(like);
    for (std::size_t k = 0; k < pooled_[node].size(); ++k) {
      lode::training::AveragePoolGradient(pooled_[node][k], sum, k > 0);
    }
    if (!pooled_[node].empty()) { plain.push_back(sum); }
    const Tensor& gate = gated_[node].empty() ? plain[0] : tape_.relu[node];
    lode::training::GatedSum(gate, gated_[node], plain, sum);
    tape_.relu[node].reset();
    gated_[node].clear();
    plain.clear();
    return sum;
  }

  // Passes the gradient along the edges into a node, back to where they start.
  void Distribute(std::size_t node, const Tensor& gradient) {
    for (std::size_t e = 0; e < kEdges; ++e) {
      if (!tape_.live[e] || kEdgeOrder[e].to != node) { continue; }
      const std::size_t from = kEdgeOrder[e].from;
      if (IsConvolution(tape_.cell[e])) {
        gated_[from].push_back(BackThroughConvolution(e, gradient));
      } else {
        (tape_.cell[e] == kSkipConnect ? plain_ : pooled_)[from].push_back(gradient);
      }
    }
  }

  Tensor BackThroughConvolution(std::size_t e, const Tensor& gradient) {
    const Tensor y = std::move(tape_.convolved[e]);
    const auto norm = lode::training::BatchNormBackward(gradient, y, tape_.normalization[e], y);
    const Tensor& weight = tape_.weight[e];
    const std::int64_t padding = weight.size(2) / 2;
    auto [input, of_weight, bias] = at::convolution_backward(
        norm.x, tape_.relu[kEdgeOrder[e].from], weight, c10::nullopt, {1, 1}, {padding, padding},
        {1, 1}, false, {0, 0}, 1, {true, true, false});
    parameters_[e] = {of_weight, norm.weight, norm.bias};
    return input.contiguous(at::MemoryFormat::ChannelsLast);
  }

  Tape& tape_;
  std::array<std::vector<Tensor>, kNodes> plain_, gated_, pooled_;
  std::array<ParameterGradients, kEdges> parameters_;
};

struct CellFunction : torch::autograd::Function<CellFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& x, at::TensorList /*parameters*/,
                        CellConvolutions* convolutions, const Pass* pass,
                        c10::intrusive_ptr<Tape> tape) {
    Tensor out = Forward(*convolutions, *pass, *tape).Run(x);
    context->saved_data["tape"] = c10::IValue::make_capsule(std::move(tape));
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto tape =
        c10::static_intrusive_pointer_cast<Tape>(context->saved_data["tape"].toCapsule());
    variable_list result =
        Backward(*tape).Run(gradients[0].contiguous(at::MemoryFormat::ChannelsLast));
    result.resize(result.size() + 3);  // for the arguments that are not tensors
    return result;
  }
};

}  // namespace

Tensor PlainCell(const Tensor& x, const Cell& cell, CellConvolutions& convolutions,
                 const Pass& pass) {
  const auto kept = [&](const Tensor& y) { return pass.drops() ? (*pass.drop_path)(y) : y; };
  std::array<Tensor, kNodes> nodes;
  nodes.fill(x * 0);  // lets gradients flow back, even if they are zeros
  nodes[0] = x;
  for (std::size_t e = 0; e < kEdges; ++e) {  // all edges into a node come before those out of it
    const Tensor& from = nodes[kEdgeOrder[e].from];
    Tensor& to = nodes[kEdgeOrder[e].to];
    if (IsConvolution(cell[e])) {
      ConvNorm& convolution = convolutions[e];
      to = to + kept(convolution->norm(convolution->Convolve(torch::relu(from)), pass));
    } else if (cell[e] == kSkipConnect) {
      to = to + from;
    } else if (cell[e] == kAvgPool3x3) {
      to = to + kept(torch::avg_pool2d(from, 3, 1, 1, false, /*count_include_pad=*/false));
    }
  }
  return nodes[kNodes - 1];
}

Tensor FusedCell(const Tensor& x, const Cell& cell, CellConvolutions& convolutions,
                 const Pass& pass) {
  auto tape = c10::make_intrusive<Tape>();
  tape->cell = cell;
  tape->live = LiveEdges(cell);
  if (!torch::GradMode::is_enabled()) { return Forward(convolutions, pass, *tape).Run(x); }
  std::vector<Tensor> parameters;
  for (std::size_t e = 0; e < kEdges; ++e) {
    if (!IsConvolution(cell[e])) { continue; }
    const ConvNorm& convolution = convolutions[e];
    tape->weight[e] = convolution->weight;
    tape->affine[e] = convolution->norm->weight.defined();
    parameters.push_back(convolution->weight);
    if (tape->affine[e]) {
      parameters.insert(parameters.end(), {convolution->norm->weight, convolution->norm->bias});
    }
  }
  return CellFunction::apply(x, at::TensorList(parameters), &convolutions, &pass, std::move(tape));
}

}  // namespace nb201

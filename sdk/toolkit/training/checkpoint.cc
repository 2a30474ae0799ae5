#include "toolkit/training/checkpoint.h"

#include <algorithm>
#include <cstdint>
#include <lode/plugin.hpp>
#include <lode/text.hpp>
#include <memory>
#include <span>
#include <sstream>
#include <type_traits>
#include <utility>
#include <vector>

namespace lode::training {
namespace {

using torch::Tensor;
using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

NamedTensors Named(const torch::nn::Module& module) {
  NamedTensors named;
  for (const auto& item : module.named_parameters()) {
    named.emplace_back(item.key(), item.value());
  }
  for (const auto& item : module.named_buffers()) { named.emplace_back(item.key(), item.value()); }
  return named;
}

void Set(const Tensor& tensor, files::Tensor& from) {
  const torch::NoGradGuard no_grad;
  tensor.copy_(torch::from_blob(from.values.data(), tensor.sizes()));
}

std::vector<std::size_t> ShapeOf(const Tensor& tensor) { return ToFile(tensor).shape; }

void RequireSame(const NamedTensors& wanted, const files::Tensors& given, const std::string& name) {
  const auto fail = [&](const std::string& what) { throw IoError(name + ": " + what); };
  for (const auto& [key, tensor] : wanted) {
    const auto found = given.find(key);
    const std::string shape = files::ShapeText(ShapeOf(tensor));
    if (found == given.end()) {
      fail("has no tensor " + Quote(key) + ", expected one of shape " + shape);
    }
    if (found->second.shape != ShapeOf(tensor)) {
      fail("tensor " + Quote(key) + " has the shape " + files::ShapeText(found->second.shape) +
           ", expected " + shape);
    }
  }
  if (given.size() == wanted.size()) { return; }
  for (const auto& [key, tensor] : given) {
    const bool known = std::ranges::any_of(wanted, [&](const auto& w) { return w.first == key; });
    if (!known) { fail("has a tensor " + Quote(key) + ", which the network does not have"); }
  }
}

// LibTorch's optimizers identify a parameter by its address, as text up to 1.13.
template <class Key>
Key KeyAs(const Tensor& parameter) {
  if constexpr (std::is_same_v<Key, std::string>) {
    std::ostringstream address;
    address << parameter.unsafeGetTensorImpl();
    return address.str();
  } else {
    return parameter.unsafeGetTensorImpl();
  }
}

auto KeyOf(const torch::optim::SGD& optimizer, const Tensor& parameter) {
  return KeyAs<std::decay_t<decltype(optimizer.state())>::key_type>(parameter);
}

// Undefined before the parameter's first step.
Tensor BufferOf(const torch::optim::SGD& optimizer, const Tensor& parameter) {
  const auto found = optimizer.state().find(KeyOf(optimizer, parameter));
  if (found == optimizer.state().end()) { return {}; }
  return static_cast<torch::optim::SGDParamState&>(*found->second).momentum_buffer();
}

}  // namespace

files::Tensor ToFile(const Tensor& tensor) {
  const Tensor dense = tensor.detach().to(torch::kCPU, torch::kFloat).contiguous();
  const float* data = dense.data_ptr<float>();
  files::Tensor out;
  for (const std::int64_t n : dense.sizes()) { out.shape.push_back(static_cast<std::size_t>(n)); }
  out.values.assign(data, data + dense.numel());
  return out;
}

files::Tensors TensorsOf(const torch::nn::Module& module) {
  files::Tensors tensors;
  for (const auto& [name, tensor] : Named(module)) { tensors.emplace(name, ToFile(tensor)); }
  return tensors;
}

void SetTensors(torch::nn::Module& module, const files::Tensors& tensors, const std::string& name) {
  const NamedTensors named = Named(module);
  RequireSame(named, tensors, name);
  files::Tensors copy = tensors;
  for (const auto& [key, tensor] : named) { Set(tensor, copy.at(key)); }
}

files::Tensors MomentumOf(const torch::nn::Module& module, const torch::optim::SGD& optimizer) {
  files::Tensors momentum;
  for (const auto& item : module.named_parameters()) {
    const Tensor buffer = BufferOf(optimizer, item.value());
    if (buffer.defined()) { momentum.emplace(item.key(), ToFile(buffer)); }
  }
  return momentum;
}

void SetMomentum(const torch::nn::Module& module, torch::optim::SGD& optimizer,
                 const files::Tensors& momentum, const std::string& name) {
  files::Tensors copy = momentum;
  for (const auto& item : module.named_parameters()) {
    const auto found = copy.find(item.key());
    if (found == copy.end()) { continue; }
    if (found->second.shape != ShapeOf(item.value())) {
      throw IoError(name + ": the momentum of " + Quote(item.key()) + " has the shape " +
                    files::ShapeText(found->second.shape));
    }
    auto state = std::make_unique<torch::optim::SGDParamState>();
    state->momentum_buffer(torch::empty_like(item.value()).detach());
    Set(state->momentum_buffer(), found->second);
    optimizer.state()[KeyOf(optimizer, item.value())] = std::move(state);
  }
}

bool ReadFlag(Reader& reader) {
  const auto flag = reader.Value<std::uint8_t>();
  if (flag > 1) {
    throw InvalidError("the saved state has a flag of " + std::to_string(flag) +
                       ", expected 0 or 1");
  }
  return flag == 1;
}

void SaveWeights(Writer& writer, const torch::nn::Module& module,
                 const torch::optim::SGD& optimizer) {
  for (const auto& [name, tensor] : TensorsOf(module)) { writer.Values(std::span(tensor.values)); }
  const files::Tensors momentum = MomentumOf(module, optimizer);
  for (const auto& item : module.named_parameters()) {
    const auto found = momentum.find(item.key());
    writer.Value(static_cast<std::uint8_t>(found != momentum.end()));
    if (found != momentum.end()) { writer.Values(std::span(found->second.values)); }
  }
}

void LoadWeights(Reader& reader, torch::nn::Module& module, torch::optim::SGD& optimizer) {
  files::Tensors tensors = TensorsOf(module), momentum;
  for (auto& [name, tensor] : tensors) { reader.Values(std::span(tensor.values)); }
  for (const auto& item : module.named_parameters()) {
    if (!ReadFlag(reader)) { continue; }
    files::Tensor& read = momentum[item.key()] = ToFile(item.value());
    reader.Values(std::span(read.values));
  }
  SetTensors(module, tensors, "the saved network");
  SetMomentum(module, optimizer, momentum, "the saved network");
}

}  // namespace lode::training

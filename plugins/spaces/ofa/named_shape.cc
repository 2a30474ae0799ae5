#include "plugins/spaces/ofa/named_shape.h"

#include <algorithm>
#include <cmath>
#include <lode/plugin.hpp>
#include <lode/text.hpp>

namespace ofa {
namespace {

using lode::Quote;
using lode::files::ShapeText;

// Returns what is wrong with a tensor; "" if nothing is.
std::string FaultOf(const lode::files::Tensors& tensors, const NamedShape& wanted) {
  const auto found = tensors.find(wanted.name);
  if (found == tensors.end()) {
    return "has no tensor " + Quote(wanted.name) + ", expected one of shape " +
           ShapeText(wanted.shape);
  }
  const lode::files::Tensor& tensor = found->second;
  if (tensor.shape != wanted.shape) {
    return "tensor " + Quote(wanted.name) + " has the shape " + ShapeText(tensor.shape) +
           ", expected " + ShapeText(wanted.shape);
  }
  if (std::ranges::all_of(tensor.values, [](float v) { return std::isfinite(v); })) { return ""; }
  return "tensor " + Quote(wanted.name) + " has elements that are not finite";
}

}  // namespace

void RequireTensors(const lode::files::Tensors& tensors, const std::vector<NamedShape>& wanted,
                    const std::string& network, const std::string& name) {
  const auto fail = [&](const std::string& fault) { throw lode::IoError(name + ": " + fault); };
  for (const NamedShape& tensor : wanted) {
    const std::string fault = FaultOf(tensors, tensor);
    if (!fault.empty()) { fail(fault); }
  }
  for (const auto& [tensor, value] : tensors) {
    if (std::ranges::find(wanted, tensor, &NamedShape::name) == wanted.end()) {
      fail("has a tensor " + Quote(tensor) + ", which " + network + " does not have");
    }
  }
}

}  // namespace ofa

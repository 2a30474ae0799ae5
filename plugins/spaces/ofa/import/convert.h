// Converts the Once-for-All authors' published files to the safetensors that the oracles read.
#pragma once

#include <string>
#include <string_view>

#include "toolkit/files/safetensors.h"
#include "toolkit/pytorch/pytorch_file.h"

namespace ofa {

// A supernet of either width, for `weights` of ofa.supernet and ofa.train. The classifier may have
// any number of classes. Accepts the names of the authors' current program, and those of the
// programs that wrote the published files. Throws lode::IoError that begins with the file's name,
// and lists the tensors that are missing, unknown (with the nearest name) or of another shape.
lode::files::Safetensors ConvertSupernet(const lode::pytorch::PyTorchFile& file);

// An accuracy predictor of either layout, for `weights` of ofa.predictor. Throws likewise.
lode::files::Safetensors ConvertPredictor(const lode::pytorch::PyTorchFile& file);

// Returns the current name of a supernet's tensor: `is_known` says which those are. Another name is
// returned as far as it was translated.
template <class IsKnown>
std::string CurrentName(std::string name, const IsKnown& is_known) {
  const auto replace = [&name](std::string_view from, std::string_view to) {
    const std::size_t at = name.find(from);
    if (at == std::string::npos) { return false; }
    name.replace(at, from.size(), to);
    return true;
  };
  replace(".mobile_inverted_conv.", ".conv.");
  if (is_known(name)) { return name; }
  // The first that applies.
  replace(".bn.bn.", ".bn.") || replace(".conv.conv.weight", ".conv.weight") ||
      replace(".linear.linear.", ".linear.") || replace(".linear.", ".linear.linear.") ||
      replace("bn.", "bn.bn.") || replace("conv.weight", "conv.conv.weight");
  return name;
}

}  // namespace ofa

// A network that predicts the accuracies of sub-networks of the supernet of width 1.0.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "plugins/spaces/ofa/subnet.h"
#include "toolkit/files/safetensors.h"
#include "toolkit/kernels/kernels.h"

namespace ofa {

class AccuracyPredictor {
 public:
  // The resolutions that the supernet was trained for.
  static constexpr std::int64_t kMinResolution = 128;
  static constexpr std::int64_t kMaxResolution = 224;

  virtual ~AccuracyPredictor() = default;

  // The smallest resolution that it knows, kMinResolution or more; the largest is kMaxResolution.
  virtual std::int64_t min_resolution() const = 0;

  // Predicts the top-1 accuracies of sub-networks in percent, into as many elements. No bit of a
  // prediction depends on the other sub-networks or the machine. Any thread may call it. REQUIRES:
  // a resolution that it knows.
  virtual void Predict(std::span<const Subnet> subnets, std::int64_t resolution,
                       std::span<double> accuracies) const = 0;
};

// Makes the predictor that has these tensors: a GraphPredictor or an MlpPredictor. Throws
// lode::IoError that begins with `name` as RequireTensors does.
std::unique_ptr<const AccuracyPredictor> MakePredictor(
    const lode::files::Tensors& tensors, const std::string& name,
    const lode::kernels::KernelSet& kernels = lode::kernels::Best());

}  // namespace ofa

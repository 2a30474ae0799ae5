#include "plugins/spaces/ofa/networks/supernet_oracle.h"

#include <utility>

#include "plugins/spaces/ofa/networks/subnet_choices.h"

namespace ofa {
namespace {

using lode::training::Parts;
using lode::training::SupernetPath;
using torch::Tensor;

class SubnetSupernet : public lode::training::SharedNetwork {
 public:
  explicit SubnetSupernet(MobileNet network) : network_(std::move(network)) {}

  const MobileNet& network() const { return network_; }
  torch::nn::Module& module() override { return *network_; }
  SupernetPath PathOf(lode::ArchitectureView architecture) override {
    return PathAlong(FromArchitecture(architecture));
  }
  SupernetPath DrawPath(std::uint64_t seed, std::uint64_t number) override {
    return PathAlong(SubnetChoices().Draw(seed, number));
  }

 private:
  SupernetPath PathAlong(const Subnet& subnet) { return ofa::PathAlong(network_, subnet); }

  MobileNet network_;
};

// The usual parts, with the test images for validation.
Parts CutOnTest(const lode::training::TaskConfig& config, const lode::images::Data& data) {
  Parts parts = lode::training::CutByShare(config, data);
  parts.validation = parts.test;
  return parts;
}

}  // namespace

lode::Params<SupernetOracle::Config> SupernetOracle::Parameters() {
  lode::Params<Config> params;
  AddNetworkParameters(params);
  lode::training::AddDecayNormsParameter(params);
  AddShrinkingParameters(params);
  lode::training::AddSupernetParameters(
      params, "Training images that a sub-network's batch-norm moments are computed over.");
  params.emplace_back(
      "measured_on", &Config::measured_on,
      "Images that queries are measured on: validation are the training images that "
      "validation_share sets aside, which the supernet must not have seen; test are the images "
      "that the data set has for tests, ImageNet's folder val, as for the published supernets, "
      "which have seen all training images. The metrics are then test_accuracy and test_top5.",
      lode::Choices{{"validation", "test"}});
  lode::training::AddScoringParameters(params);
  lode::training::AddEnvParameters(params);
  return params;
}

lode::Presets SupernetOracle::Presets() { return ShrinkingPresets(); }

lode_split SupernetOracle::measured_split() const {
  return config_.measured_on == "test" ? LODE_SPLIT_TEST : LODE_SPLIT_VALIDATION;
}

lode::training::Task SupernetOracle::OpenTask() const {
  return config_.measured_on == "test" ? lode::training::Task(config_, CutOnTest)
                                       : lode::training::Task(config_);
}

std::unique_ptr<lode::training::SharedNetwork> SupernetOracle::Make(
    const lode::training::Task& task, const lode::RelaxedStart& start) const {
  return std::make_unique<SubnetSupernet>(MobileNet(MobileNetConfigOf(config_, task), start.seed));
}

std::string SupernetOracle::DescribeNetwork(const lode::training::Task& task) const {
  return DescribeNetworks(config_, MobileNetConfigOf(config_, task));
}

std::vector<lode::training::SupernetPhase> SupernetOracle::PhasesOf(
    lode::training::SharedNetwork& network) const {
  const auto& supernet = dynamic_cast<SubnetSupernet&>(network);
  return shrinking_.Phases(supernet.network(), static_cast<std::uint64_t>(config_.seed));
}

// As the authors' program does, with the variances of samples, not their unbiased estimates.
Pass SupernetOracle::CalibrationPass(double share) const {
  return Pass::Calibration(share).WithBiasedVariances();
}

}  // namespace ofa

#include "plugins/spaces/ofa/networks/measured_latency.h"

#include "plugins/spaces/ofa/bound_space.h"

namespace ofa {

lode::Params<MeasuredLatencyOracle::Config> MeasuredLatencyOracle::Parameters() {
  lode::Params<Config> params;
  params.emplace_back("width", &Config::width,
                      "Multiplier of all channels; the same as the space's.",
                      lode::Choices{{"1.0", "1.2"}});
  lode::training::AddMeasuredLatencyParameters(
      params, "Height and width of the images; the same as the space's.",
      lode::Range{kMinResolution, kMaxResolution});
  return params;
}

MeasuredLatencyOracle::MeasuredLatencyOracle(lode::Host host, const Config& config)
    : lode::training::MeasuredLatencyOracle(host, config), resolution_(config.resolution) {
  network_.width = config.width;
  network_.image_channels = config.image_channels;
  network_.classes = config.classes;
}

void MeasuredLatencyOracle::CheckSpace(const lode::Space& space) const {
  RequireOfa(space, "the network");
  RequireSameNetworks(space, network_.width, resolution_);
}

lode::training::TimedNetwork MeasuredLatencyOracle::Make(
    lode::ArchitectureView architecture) const {
  const Subnet subnet = FromArchitecture(architecture);
  return [network = MobileNet(network_, subnet, 0), subnet](const torch::Tensor& images,
                                                            const Pass& pass) mutable {
    return network(images, subnet, pass);
  };
}

}  // namespace ofa

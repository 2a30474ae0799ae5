#include "plugins/spaces/darts/networks/measured_latency.h"

#include <lode/matrices.hpp>

namespace darts {

lode::Params<MeasuredLatencyOracle::Config> MeasuredLatencyOracle::Parameters() {
  lode::Params<Config> params;
  lode::training::AddMeasuredLatencyParameters(params, "Height and width of the images.",
                                               lode::Range{4, 1024});
  params.emplace_back("network", &Config::network,
                      "Which of the two published evaluation networks is timed.",
                      lode::Choices{{"cifar", "imagenet"}});
  params.emplace_back("cells", &Config::cells, "Number of cells of the network.",
                      lode::Range{1, 100});
  params.emplace_back(
      "channels", &Config::channels,
      "Channels of the first cell's operations; they double at each reduction cell.",
      lode::Range{1, 1024});
  return params;
}

lode::Presets MeasuredLatencyOracle::Presets() {
  return {{"cifar", "The published network for CIFAR-10 (Liu et al., ICLR 2019).", {}},
          {"imagenet",
           "The published network for ImageNet at 224 pixels.",
           {{"network", "imagenet"},
            {"cells", std::int64_t{14}},
            {"channels", std::int64_t{48}},
            {"resolution", std::int64_t{224}},
            {"classes", std::int64_t{1000}}}}};
}

MeasuredLatencyOracle::MeasuredLatencyOracle(lode::Host host, const Config& config)
    : lode::training::MeasuredLatencyOracle(host, config) {
  network_.network = config.network;
  network_.cells = config.cells;
  network_.channels = config.channels;
  network_.classes = config.classes;
  network_.image_size = config.resolution;
  network_.image_channels = config.image_channels;
}

void MeasuredLatencyOracle::CheckSpace(const lode::Space& space) const {
  lode::RequireMatrices(space, Matrices(), "the networks are of the space darts");
  RequireEnoughChannels(network_);
  const NetworkCosts checks(network_);  // that the settings make a network
}

lode::training::TimedNetwork MeasuredLatencyOracle::Make(
    lode::ArchitectureView architecture) const {
  return [network = Network(network_, FromArchitecture(architecture), 0)](
             const torch::Tensor& images, const lode::training::Pass& pass) mutable {
    return network(images, pass).logits;
  };
}

}  // namespace darts

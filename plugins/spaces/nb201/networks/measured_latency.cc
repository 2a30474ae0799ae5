#include "plugins/spaces/nb201/networks/measured_latency.h"

#include <lode/matrices.hpp>

namespace nb201 {

lode::Params<MeasuredLatencyOracle::Config> MeasuredLatencyOracle::Parameters() {
  lode::Params<Config> params;
  lode::training::AddMeasuredLatencyParameters(
      params, "Height and width of the images, a multiple of 4.", lode::Range{4, 1024});
  params.emplace_back("channels", &Config::channels,
                      "Channels of the first stage; the others have twice and four times as many.",
                      lode::Range{1, 1024});
  params.emplace_back("cells", &Config::cells, "Cells in each of the three stages.",
                      lode::Range{1, 100});
  return params;
}

MeasuredLatencyOracle::MeasuredLatencyOracle(lode::Host host, const Config& config)
    : lode::training::MeasuredLatencyOracle(host, config), resolution_(config.resolution) {
  network_.image_channels = config.image_channels;
  network_.classes = config.classes;
  network_.channels = config.channels;
  network_.cells = config.cells;
}

void MeasuredLatencyOracle::CheckSpace(const lode::Space& space) const {
  lode::RequireMatrices(space, {CellMatrix()}, "the networks are of the space nb201");
  RequireHalvedTwice(resolution_);
}

lode::training::TimedNetwork MeasuredLatencyOracle::Make(
    lode::ArchitectureView architecture) const {
  const Cell cell = FromArchitecture(architecture);
  return [network = Network(network_, cell, 0), cell](const torch::Tensor& images,
                                                      const lode::training::Pass& pass) mutable {
    return network(images, cell, pass);
  };
}

}  // namespace nb201

#include "plugins/spaces/ofa/bound_space.h"

#include <lode/matrices.hpp>
#include <vector>

#include "plugins/spaces/ofa/space.h"

namespace ofa {
namespace {

lode::Architecture SmallestNetwork() {
  Subnet subnet;
  subnet.kernel.fill(kKernels[0]);
  subnet.expand.fill(kExpands[0]);
  subnet.depth.fill(kDepthValues[0]);
  lode::Architecture architecture(kCells);
  ToArchitecture(subnet, architecture);
  return architecture;
}

// The metrics of the smallest network, of the space and of ours at this width and resolution; empty
// if the space has others.
struct Smallest {
  std::vector<lode::Metric> metrics;
  std::vector<double> expected, found;
};

Smallest MeasureSmallest(const lode::Space& space, const std::string& width,
                         std::int64_t resolution) {
  Space::Config same;
  same.width = width;
  same.resolution = resolution;
  const Space ours(lode::Host(nullptr), same);
  Smallest smallest{ours.Metrics(), {}, {}};
  if (space.metrics().size() != smallest.metrics.size()) { return {}; }
  smallest.expected.resize(smallest.metrics.size());
  smallest.found.resize(smallest.metrics.size());
  const lode::Architecture network = SmallestNetwork();
  ours.Measure(network, smallest.expected);
  space.Measure(network, smallest.found);
  return smallest;
}

}  // namespace

void RequireOfa(const lode::Space& space, const std::string& what) {
  lode::RequireMatrices(space, SubnetMatrices(), what + " is of the space ofa");
}

void RequireSameNetworks(const lode::Space& space, const std::string& width,
                         std::int64_t resolution) {
  const Smallest smallest = MeasureSmallest(space, width, resolution);
  for (std::size_t k = 0; k < smallest.metrics.size(); ++k) {
    if (smallest.expected[k] == smallest.found[k]) { continue; }
    throw lode::UnsupportedError("the space has a width or resolution other than " + width +
                                 " and " + std::to_string(resolution) +
                                 ": its smallest network has " +
                                 std::to_string(static_cast<std::int64_t>(smallest.found[k])) +
                                 " " + smallest.metrics[k].name + ", expected " +
                                 std::to_string(static_cast<std::int64_t>(smallest.expected[k])));
  }
}

void RequireSameWidth(const lode::Space& space, const std::string& width) {
  const Smallest smallest = MeasureSmallest(space, width, Space::Config().resolution);
  for (std::size_t k = 0; k < smallest.metrics.size(); ++k) {
    if (smallest.metrics[k].name != "params" || smallest.expected[k] == smallest.found[k]) {
      continue;  // others depend on the resolution
    }
    throw lode::UnsupportedError(
        "the space has another width than " + width + ": its smallest network has " +
        std::to_string(static_cast<std::int64_t>(smallest.found[k])) + " parameters, expected " +
        std::to_string(static_cast<std::int64_t>(smallest.expected[k])));
  }
}

}  // namespace ofa

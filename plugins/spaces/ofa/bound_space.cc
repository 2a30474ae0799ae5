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

}  // namespace

void RequireOfa(const lode::Space& space, const std::string& what) {
  lode::RequireMatrices(space, SubnetMatrices(), what + " is of the space ofa");
}

void RequireSameNetworks(const lode::Space& space, const std::string& width,
                         std::int64_t resolution) {
  Space::Config same;
  same.width = width;
  same.resolution = resolution;
  const Space ours(lode::Host(nullptr), same);
  const std::vector<lode::Metric> metrics = ours.Metrics();
  if (space.metrics().size() != metrics.size()) { return; }
  const lode::Architecture smallest = SmallestNetwork();
  std::vector<double> expected(metrics.size()), found(metrics.size());
  ours.Measure(smallest, expected);
  space.Measure(smallest, found);
  for (std::size_t k = 0; k < metrics.size(); ++k) {
    if (expected[k] == found[k]) { continue; }
    throw lode::UnsupportedError(
        "the space has a width or resolution other than " + width + " and " +
        std::to_string(resolution) + ": its smallest network has " +
        std::to_string(static_cast<std::int64_t>(found[k])) + " " + metrics[k].name +
        ", expected " + std::to_string(static_cast<std::int64_t>(expected[k])));
  }
}

}  // namespace ofa

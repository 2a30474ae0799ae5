#include "plugins/spaces/ofa/networks/oracle_config.h"

#include <sstream>

#include "plugins/spaces/ofa/bound_space.h"

namespace ofa {

void RequireNetworksOf(const lode::Space& space, const NetworkOracleConfig& config) {
  RequireOfa(space, "the network");
  RequireSameWidth(space, config.width);
}

MobileNetConfig MobileNetConfigOf(const NetworkOracleConfig& config,
                                  const lode::training::Task& task) {
  return {config.width, task.channels(), task.classes(),
          lode::training::InitializationOf(config.initialization)};
}

std::string DescribeNetworks(const NetworkOracleConfig& config, const MobileNetConfig& network) {
  std::ostringstream text;
  text << "ofa, width " << network.width << ", " << network.image_channels << " to "
       << network.classes << ", " << config.initialization << " weights";
  return text.str();
}

}  // namespace ofa

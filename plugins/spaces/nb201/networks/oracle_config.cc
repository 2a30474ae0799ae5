#include "plugins/spaces/nb201/networks/oracle_config.h"

#include <sstream>

#include "plugins/spaces/nb201/networks/benchmark_parts.h"

namespace nb201 {

lode::training::Task TaskOf(const NetworkOracleConfig& config) {
  if (!config.follows_benchmark()) {
    if (!config.split_file.empty()) {
      throw lode::InvalidError("split_file is only for protocol = \"benchmark\"");
    }
    return lode::training::Task(config);
  }
  return lode::training::Task(
      config, [&](const lode::training::TaskConfig& task, const lode::images::Data& data) {
        return CutAsBenchmark(task, data, config.split_file);
      });
}

NetworkConfig NetworkConfigOf(const NetworkOracleConfig& config, const lode::training::Task& task) {
  RequireHalvedTwice(task.side());
  NetworkConfig network;
  network.image_channels = task.channels();
  network.classes = task.classes();
  network.channels = config.channels;
  network.cells = config.cells;
  network.initialization = lode::training::InitializationOf(config.initialization);
  return network;
}

std::string DescribeNetworks(const NetworkOracleConfig& config, const NetworkConfig& network) {
  std::ostringstream text;
  text << "nb201, " << network.channels << " channels, " << network.cells << " cells, "
       << network.image_channels << " to " << network.classes;
  // Differences from the defaults, which stored checkpoints do not name.
  if (config.initialization != "kaiming") { text << ", " << config.initialization << " weights"; }
  if (!network.affine) { text << ", norms not affine"; }
  if (!network.tracks_moments) { text << ", moments of the batch"; }
  return text.str();
}

}  // namespace nb201

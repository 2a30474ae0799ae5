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
  if (task.side() % 4 != 0) {
    throw lode::UnsupportedError("images of " + std::to_string(task.side()) +
                                 " pixels cannot be halved twice");
  }
  NetworkConfig network;
  network.image_channels = task.channels();
  network.classes = task.classes();
  network.channels = config.channels;
  network.cells = config.cells;
  network.initialization = lode::training::InitializationOf(config.initialization);
  return network;
}

lode::Metric AccuracyMetric(const NetworkOracleConfig& config, lode_split split, bool top5,
                            bool noisy) {
  const bool test = split == LODE_SPLIT_TEST;
  lode::Metric metric;
  metric.name = std::string(test ? "test" : "valid") + (top5 ? "_top5" : "_accuracy");
  metric.unit = "percent";
  metric.doc = std::string(test ? "Test" : "Validation") + " images whose class is " +
               (top5 ? "among the five most likely." : "the most likely.");
  metric.split = split;
  metric.dataset = config.dataset;
  metric.epochs = static_cast<double>(config.epochs);
  metric.noisy = noisy;
  return metric;
}

lode::training::TrainingHooks HooksOf(const lode::Host& host) {
  return {
      [host] { return host.Cancelled(); },
      [host](double fraction, const std::string& what) { host.Progress(fraction, what.c_str()); }};
}

std::string Describe(const NetworkOracleConfig& config, const NetworkConfig& network,
                     const lode::training::Task& task, const lode::Host& host) {
  std::ostringstream text;
  text << "nb201, " << network.channels << " channels, " << network.cells << " cells, "
       << network.image_channels << " to " << network.classes;
  // Differences from the defaults, which stored checkpoints do not name.
  if (config.initialization != "kaiming") { text << ", " << config.initialization << " weights"; }
  if (!network.affine) { text << ", norms not affine"; }
  if (!network.tracks_moments) { text << ", moments of the batch"; }
  text << "; " << task.Describe() << "; "
       << lode::training::Describe(static_cast<const lode::training::TrainingConfig&>(config))
       << "; " << config.device << ", threads " << host.Threads();
  return text.str();
}

}  // namespace nb201

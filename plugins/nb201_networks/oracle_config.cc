#include "plugins/nb201_networks/oracle_config.h"

#include <sstream>

namespace nb201 {

NetworkConfig NetworkConfigOf(const NetworkOracleConfig& config, const training::Task& task) {
  if (task.side() % 4 != 0) {
    throw lode::UnsupportedError("images of " + std::to_string(task.side()) +
                                 " pixels cannot be halved twice");
  }
  return {task.channels(), task.classes(), config.channels, config.cells};
}

lode::Metric AccuracyMetric(const NetworkOracleConfig& config, lode_split split, bool top5,
                            bool noisy) {
  const bool test = split == LODE_SPLIT_TEST;
  lode::Metric metric;
  metric.name = std::string(test ? "test" : "valid") + (top5 ? "_top5" : "_accuracy");
  metric.unit = "percent";
  metric.doc = std::string(test ? "Test" : "Validation") + " images whose class is " +
               (top5 ? "among the five likeliest." : "the likeliest.");
  metric.split = split;
  metric.dataset = config.dataset;
  metric.epochs = static_cast<double>(config.epochs);
  metric.noisy = noisy;
  return metric;
}

training::TrainingHooks HooksOf(const lode::Host& host) {
  return {
      [host] { return host.Cancelled(); },
      [host](double fraction, const std::string& what) { host.Progress(fraction, what.c_str()); }};
}

std::string Describe(const NetworkOracleConfig& config, const NetworkConfig& network,
                     const lode::Host& host) {
  std::ostringstream text;
  text << "nb201, " << network.channels << " channels, " << network.cells << " cells, "
       << network.image_channels << " to " << network.classes << "; "
       << training::Describe(static_cast<const training::TaskConfig&>(config)) << "; "
       << training::Describe(static_cast<const training::TrainingConfig&>(config)) << "; "
       << config.device << ", threads " << host.Threads();
  return text.str();
}

}  // namespace nb201

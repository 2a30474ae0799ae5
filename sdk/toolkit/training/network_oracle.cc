#include "toolkit/training/network_oracle.h"

#include <sstream>

namespace lode::training {

Metric AccuracyMetric(const NetworkOracleConfig& config, lode_split split, bool top5, bool noisy) {
  const bool test = split == LODE_SPLIT_TEST;
  Metric metric;
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

TrainingHooks HooksOf(const Host& host) {
  return {
      [host] { return host.Cancelled(); },
      [host](double fraction, const std::string& what) { host.Progress(fraction, what.c_str()); }};
}

std::string Describe(const NetworkOracleConfig& config, const Task& task, const Host& host) {
  std::ostringstream text;
  text << task.Describe() << "; " << Describe(static_cast<const TrainingConfig&>(config)) << "; "
       << config.device << ", threads " << host.Threads();
  return text.str();
}

}  // namespace lode::training

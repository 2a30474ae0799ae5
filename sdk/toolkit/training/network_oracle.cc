#include "toolkit/training/network_oracle.h"

#include <sstream>

namespace lode::training {
namespace {

constexpr char kPartsKey[] = "images";  // those that the weights have seen, and the others

}  // namespace

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

files::Safetensors ReadWeights(const std::string& file, const Task& task) {
  files::Safetensors contents = files::ReadSafetensors(file);
  const std::string& parts = task.DescribeParts();
  const auto trained_on = contents.metadata.find(kPartsKey);
  if (trained_on != contents.metadata.end() && trained_on->second != parts) {
    throw InvalidError(file + ": was trained on a different part of the images: " +
                       trained_on->second + ", expected " + parts);
  }
  return contents;
}

files::Metadata SplitOf(const Task& task) { return {{kPartsKey, task.DescribeParts()}}; }

std::string Describe(const NetworkOracleConfig& config, const Task& task, const Host& host) {
  std::ostringstream text;
  text << task.Describe() << "; " << Describe(static_cast<const TrainingConfig&>(config)) << "; "
       << config.device << ", threads " << host.Threads();
  return text.str();
}

}  // namespace lode::training

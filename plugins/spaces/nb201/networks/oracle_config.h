// Shared by the oracles that train nb201's networks.
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>
#include <string>
#include <vector>

#include "plugins/spaces/nb201/networks/network.h"
#include "toolkit/training/device.h"
#include "toolkit/training/evaluation.h"
#include "toolkit/training/task.h"
#include "toolkit/training/trainer.h"

namespace nb201 {

// An oracle's Config derives from it.
struct NetworkOracleConfig : lode::training::TaskConfig,
                             lode::training::TrainingConfig,
                             lode::training::DeviceConfig {
  std::int64_t channels = 16;
  std::int64_t cells = 5;
  std::string initialization = "kaiming";
  std::string protocol = "split";
  std::string split_file;

  bool follows_benchmark() const { return protocol == "benchmark"; }
};

// Appends its parameters to an oracle's own.
template <class C>
void AddNetworkParameters(lode::Params<C>& params) {
  lode::training::AddTaskParameters(params);
  const auto add = lode::training::Appender<NetworkOracleConfig>(params);
  add("channels", &NetworkOracleConfig::channels,
      "Channels of the first stage; the others have twice and four times as many.",
      lode::Range{1, 1024});
  add("cells", &NetworkOracleConfig::cells, "Cells in each of the three stages.",
      lode::Range{1, 100});
  lode::training::AddTrainingParameters(params);
  add("initialization", &NetworkOracleConfig::initialization,
      "Initial weights: kaiming (normal, from the fan out; the classifier with deviation 0.01), or "
      "pytorch (its default: uniform, from the fan in).",
      lode::Choices{{"kaiming", "pytorch"}});
  add("split_file", &NetworkOracleConfig::split_file,
      "With protocol benchmark: the benchmark's list of the images in each half "
      "(cifar-split.txt, cifar100-test-split.txt, imagenet-16-120-test-split.txt); \"\": half of "
      "each class, drawn by split_seed.",
      lode::Path{});
  lode::training::AddDeviceParameters(params);
}

// Cuts the data set according to `protocol`.
lode::training::Task TaskOf(const NetworkOracleConfig& config);

// Throws lode::UnsupportedError if images of this side cannot be halved twice.
NetworkConfig NetworkConfigOf(const NetworkOracleConfig& config, const lode::training::Task& task);

// The metric of accuracy on a split: "valid_accuracy", "test_top5", ...
lode::Metric AccuracyMetric(const NetworkOracleConfig& config, lode_split split, bool top5,
                            bool noisy);

lode::training::TrainingHooks HooksOf(const lode::Host& host);

// Describes the network, the task and the training in words: a file with another description is
// refused.
std::string Describe(const NetworkOracleConfig& config, const NetworkConfig& network,
                     const lode::training::Task& task, const lode::Host& host);

}  // namespace nb201

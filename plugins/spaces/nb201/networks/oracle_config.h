// Shared by the oracles that train nb201's networks.
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>
#include <string>

#include "plugins/spaces/nb201/networks/network.h"
#include "toolkit/training/network_oracle.h"

namespace nb201 {

// An oracle's Config derives from it.
struct NetworkOracleConfig : lode::training::NetworkOracleConfig {
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

// Describes the networks in words: a file with another description is refused.
std::string DescribeNetworks(const NetworkOracleConfig& config, const NetworkConfig& network);

}  // namespace nb201

// Shared by the oracles that train Once-for-All networks.
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>
#include <string>

#include "plugins/spaces/ofa/networks/mobile_net.h"
#include "toolkit/training/network_oracle.h"

namespace ofa {

// An oracle's Config derives from it.
struct NetworkOracleConfig : lode::training::NetworkOracleConfig {
  NetworkOracleConfig() {
    epochs = 50;
    batch_size = 128;
    learning_rate = 0.03;
    weight_decay = 3e-5;
    label_smoothing = 0.1;
  }
  std::string width = "1.0";
  std::string initialization = "kaiming";
};

// Appends its parameters to an oracle's own.
template <class C>
void AddNetworkParameters(lode::Params<C>& params) {
  lode::training::AddTaskParameters(params);
  const auto add = lode::training::Appender<NetworkOracleConfig>(params);
  add("width", &NetworkOracleConfig::width,
      "Factor of all channels, the same as the space's; the authors published weights for both.",
      lode::Choices{{"1.0", "1.2"}});
  lode::training::AddTrainingParameters(params);
  add("initialization", &NetworkOracleConfig::initialization,
      "Initial weights: kaiming (normal, from the fan out; the classifier with deviation 0.01), or "
      "pytorch (its default: uniform, from the fan in).",
      lode::Choices{{"kaiming", "pytorch"}});
  lode::training::AddDeviceParameters(params);
}

// Throws lode::UnsupportedError unless `space` is ofa with this width.
void RequireNetworksOf(const lode::Space& space, const NetworkOracleConfig& config);

MobileNetConfig MobileNetConfigOf(const NetworkOracleConfig& config,
                                  const lode::training::Task& task);

// Describes the networks in words: a file with another description is refused.
std::string DescribeNetworks(const NetworkOracleConfig& config, const MobileNetConfig& network);

}  // namespace ofa

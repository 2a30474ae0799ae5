#include "plugins/spaces/nb201/networks/train_oracle.h"

#include <lode/matrices.hpp>

namespace nb201 {
namespace {

using torch::Tensor;

// With the settings that the benchmark's protocol prescribes.
TrainOracle::Config Settled(TrainOracle::Config config) {
  if (config.follows_benchmark()) {
    config.initialization = "pytorch";
    config.schedule = "epoch";
    config.keep_last_batch = true;
  }
  return config;
}

}  // namespace

lode::Params<TrainOracle::Config> TrainOracle::Parameters() {
  lode::Params<Config> params;
  AddNetworkParameters(params);
  params.emplace_back(
      "protocol", &Config::protocol,
      "Which images are used for what: split sets validation_share of the training images aside; "
      "benchmark does what NAS-Bench-201's authors did, whatever initialization, schedule and "
      "keep_last_batch say: PyTorch's first weights, a cosine that moves by the epoch, and last "
      "batches kept. On CIFAR-10 it validates after training on one half of the training images, "
      "and tests after a second training on all of them; elsewhere it trains on all training "
      "images, and validates and tests on one half each of the test images.",
      lode::Choices{{"split", "benchmark"}});
  lode::training::AddTrainOracleParameters(
      params, "Measure the test images too; false saves the benchmark's second training.");
  return params;
}

TrainOracle::TrainOracle(lode::Host host, const Config& config)
    : lode::training::TrainOracle(host, Settled(config), config), config_(Settled(config)) {}

void TrainOracle::CheckSpace(const lode::Space& space) const {
  lode::RequireMatrices(space, {CellMatrix()}, "the networks are of the space nb201");
}

void TrainOracle::FitTo(const lode::training::Task& task) {
  network_ = NetworkConfigOf(config_, task);
}

lode::training::Candidate TrainOracle::Make(lode::ArchitectureView architecture,
                                            std::uint64_t seed) const {
  const Cell cell = FromArchitecture(architecture);
  Network network(network_, cell, seed);
  const auto forward = [network, cell](const Tensor& images,
                                       const lode::training::Pass& pass) mutable {
    return lode::training::Prediction{network(images, cell, pass), {}};
  };
  // Like the space's macs, counts one for each of the classifier's biases.
  return {network.ptr(), forward, network->ParametersOf(cell), network_.classes};
}

std::string TrainOracle::DescribeNetworks() const {
  return nb201::DescribeNetworks(config_, network_);
}

std::string TrainOracle::FileNameOf(lode::ArchitectureView architecture) const {
  return "cell-" + std::to_string(ToIndex(FromArchitecture(architecture)));
}

std::string TrainOracle::DescribeArchitecture(lode::ArchitectureView architecture) const {
  return Format(FromArchitecture(architecture));
}

bool TrainOracle::tests_a_second_network() const {
  return config_.follows_benchmark() && config_.dataset == "cifar10";
}

}  // namespace nb201

#include "plugins/spaces/darts/networks/train_oracle.h"

#include <lode/matrices.hpp>
#include <sstream>

#include "plugins/spaces/darts/text.h"

namespace darts {
namespace {

using torch::Tensor;

// The auxiliary head does not count: it exists only in training.
std::int64_t ParametersOf(const Network& network) {
  std::int64_t count = 0;
  for (const auto& parameter : network->named_parameters()) {
    if (!parameter.key().starts_with("auxiliary.")) { count += parameter.value().numel(); }
  }
  return count;
}

}  // namespace

lode::Params<TrainOracle::Config> TrainOracle::Parameters() {
  lode::Params<Config> params;
  lode::training::AddTaskParameters(params);
  params.emplace_back("network", &Config::network,
                      "Which of the two published evaluation networks is trained.",
                      lode::Choices{{"cifar", "imagenet"}});
  params.emplace_back("cells", &Config::cells, "Number of cells of the network.",
                      lode::Range{1, 100});
  params.emplace_back(
      "channels", &Config::channels,
      "Channels of the first cell's operations; they double at each reduction cell.",
      lode::Range{1, 1024});
  params.emplace_back("auxiliary", &Config::auxiliary,
                      "Train with the auxiliary head, which needs images of 32 to 40 pixels a side "
                      "in the network cifar, of 224 to 256 in imagenet.");
  lode::training::AddTrainingParameters(params);
  lode::training::Appender<lode::training::TrainingConfig>(params)(
      "auxiliary_weight", &Config::auxiliary_weight, "Weight of the auxiliary head's loss.",
      lode::Range{0, 100});
  params.emplace_back("initialization", &Config::initialization,
                      "Initial weights: kaiming (normal, from the fan out; the classifier with "
                      "deviation 0.01), or pytorch (its default: uniform, from the fan in).",
                      lode::Choices{{"kaiming", "pytorch"}});
  lode::training::AddDeviceParameters(params);
  lode::training::AddTrainOracleParameters(params, "Measure the test images too.");
  lode::training::AddDecayParameter(params);
  return params;
}

lode::Presets TrainOracle::Presets() {
  return {{"small",
           "A network of the size that genotypes are searched with, without auxiliary head.",
           {{"network", "cifar"}, {"auxiliary", false}}},
          {"cifar",
           "The published training for CIFAR-10 and CIFAR-100 (Liu et al., ICLR 2019), for "
           "L2NAS's 1000 epochs, on all training images: there are no validation metrics.",
           {{"network", "cifar"},
            {"cells", std::int64_t{20}},
            {"channels", std::int64_t{36}},
            {"auxiliary", true},
            {"auxiliary_weight", 0.4},
            {"drop_path", 0.2},
            {"cutout", std::int64_t{16}},
            {"validation_share", 0.0},
            {"epochs", std::int64_t{1000}},
            {"batch_size", std::int64_t{96}},
            {"learning_rate", 0.025},
            {"final_learning_rate", 0.0},
            {"weight_decay", 3e-4},
            {"clip_norm", 5.0}}},
          {"imagenet",
           "The published training for ImageNet (Liu et al., ICLR 2019), with the batch and "
           "learning rates of PC-DARTS (Xu et al., ICLR 2020), on all training images, and "
           "without the published changes of colors.",
           {{"network", "imagenet"},
            {"cells", std::int64_t{14}},
            {"channels", std::int64_t{48}},
            {"auxiliary", true},
            {"auxiliary_weight", 0.4},
            {"drop_path", 0.0},
            {"cutout", std::int64_t{0}},
            {"label_smoothing", 0.1},
            {"validation_share", 0.0},
            {"epochs", std::int64_t{250}},
            {"batch_size", std::int64_t{1024}},
            {"learning_rate", 0.5},
            {"final_learning_rate", 0.0},
            {"warm_up_epochs", 5.0},
            {"decay", "linear"},
            {"weight_decay", 3e-5},
            {"clip_norm", 5.0}}}};
}

void TrainOracle::CheckSpace(const lode::Space& space) const {
  lode::RequireMatrices(space, Matrices(), "the networks are of the space darts");
}

void TrainOracle::FitTo(const lode::training::Task& task) {
  network_.network = config_.network;
  network_.cells = config_.cells;
  network_.channels = config_.channels;
  network_.classes = task.classes();
  network_.image_size = task.side();
  network_.auxiliary = config_.auxiliary;
  network_.image_channels = task.channels();
  network_.initialization = lode::training::InitializationOf(config_.initialization);
  RequireEnoughChannels(network_);
  const NetworkCosts checks(network_);  // that the settings make a network
}

lode::training::Candidate TrainOracle::Make(lode::ArchitectureView architecture,
                                            std::uint64_t seed) const {
  Network network(network_, FromArchitecture(architecture), seed);
  const auto forward = [network](const Tensor& images, const lode::training::Pass& pass) mutable {
    return network(images, pass);
  };
  return {network.ptr(), forward, ParametersOf(network)};
}

std::string TrainOracle::DescribeNetworks() const {
  std::ostringstream text;
  text << "darts, " << network_.network << ", " << network_.cells << " cells, " << network_.channels
       << " channels, " << network_.image_channels << " to " << network_.classes
       << (network_.auxiliary ? ", auxiliary head, " : ", ") << config_.initialization
       << " weights";
  return text.str();
}

std::string TrainOracle::FileNameOf(lode::ArchitectureView architecture) const {
  const Genotype genotype = FromArchitecture(architecture);
  return "cells-" + std::to_string(ToIndex(genotype[kNormal])) + "-" +
         std::to_string(ToIndex(genotype[kReduce]));
}

std::string TrainOracle::DescribeArchitecture(lode::ArchitectureView architecture) const {
  return Format(FromArchitecture(architecture));
}

}  // namespace darts

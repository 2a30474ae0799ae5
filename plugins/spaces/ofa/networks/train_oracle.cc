#include "plugins/spaces/ofa/networks/train_oracle.h"

#include <cstdint>

#include "plugins/spaces/ofa/subnet_text.h"
#include "toolkit/training/checkpoint.h"

namespace ofa {
namespace {

using torch::Tensor;

std::int64_t CountParameters(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const Tensor& parameter : module.parameters()) { count += parameter.numel(); }
  return count;
}

// The active choices, a digit each: "2-3636-..." has a unit of depth 2 whose layers have the kernel
// 3 and the expansion 6.
std::string CodeOf(const Subnet& subnet) {
  std::string code;
  for (std::size_t unit = 0; unit < kUnits; ++unit) {
    code += (unit == 0 ? "" : "-") + std::to_string(subnet.depth[unit]) + "-";
    const std::size_t first = unit * kLayersPerUnit;
    for (std::size_t layer = first; layer < first + subnet.depth[unit]; ++layer) {
      code += std::to_string(subnet.kernel[layer]) + std::to_string(subnet.expand[layer]);
    }
  }
  return code;
}

}  // namespace

lode::Params<TrainOracle::Config> TrainOracle::Parameters() {
  lode::Params<Config> params;
  AddNetworkParameters(params);
  params.emplace_back("weights", &Config::weights,
                      "A supernet's weights, safetensors, of the same width, channels and classes: "
                      "networks begin with the parts that the supernet shares with them; \"\": "
                      "from scratch.",
                      lode::Path{});
  lode::training::AddTrainOracleParameters(params, "Measure the test images too.");
  return params;
}

lode::Presets TrainOracle::Presets() {
  return {
      {"brief", "The settings of short trainings on small images.", {}},
      {"finetune",
       "The authors' fine-tuning on ImageNet: 75 epochs from the supernet's `weights`, "
       "Nesterov momentum, label smoothing 0.1, all training images, decay 3e-5, which here also "
       "applies to biases and norms. They did not publish the learning rate and the batch; this "
       "rate is that of the supernet's last phases.",
       {{"epochs", std::int64_t{75}},
        {"batch_size", std::int64_t{256}},
        {"learning_rate", 0.0075},
        {"validation_share", 0.0},
        {"label_smoothing", 0.1},
        {"weight_decay", 3e-5}}}};
}

void TrainOracle::FitTo(const lode::training::Task& task) {
  network_ = MobileNetConfigOf(config_, task);
  if (config_.weights.empty()) { return; }
  supernet_ = MobileNet(network_, 0);
  const auto contents = lode::training::ReadWeights(config_.weights, task);
  lode::training::SetTensors(*supernet_, contents.tensors, config_.weights);
}

lode::training::Candidate TrainOracle::Make(lode::ArchitectureView architecture,
                                            std::uint64_t seed) const {
  const Subnet subnet = FromArchitecture(architecture);
  MobileNet network(network_, subnet, seed);
  if (!supernet_.is_empty()) { network->Inherit(*supernet_, subnet); }
  const auto forward = [network, subnet](const Tensor& images, const Pass& pass) mutable {
    return lode::training::Prediction{network(images, subnet, pass), {}};
  };
  return {network.ptr(), forward, CountParameters(*network)};
}

std::string TrainOracle::DescribeNetworks() const {
  const std::string text = ofa::DescribeNetworks(config_, network_);
  return config_.weights.empty() ? text : text + ", from " + config_.weights;
}

std::string TrainOracle::FileNameOf(lode::ArchitectureView architecture) const {
  return "subnet-" + CodeOf(FromArchitecture(architecture));
}

std::string TrainOracle::DescribeArchitecture(lode::ArchitectureView architecture) const {
  return Format(FromArchitecture(architecture));
}

}  // namespace ofa

// ofa_networks_step DIRECTORY SUBNET...: trains the networks of sub-networks (their JSON) for a few
// steps, and supernets along the sub-networks' paths, and writes them for pytorch_test.py, which
// runs it, as network_steps.h says: a file for each sub-network and form.
//
// The metadata also has the sub-network, the form and the width. Forms: "plain": the network of
// that sub-network alone; "supernet" and "wide": the supernets of both widths. All kernel matrices
// are away from the identity.
#include <cstdint>
#include <string>
#include <vector>

#include "plugins/spaces/ofa/networks/mobile_net.h"
#include "plugins/spaces/ofa/subnet_text.h"
#include "toolkit/training/network_steps.h"

namespace ofa {
namespace {

using lode::training::RecordedNetwork;
using torch::Tensor;

constexpr std::size_t kBatches = 2;
constexpr lode::training::BatchShape kBatch{.size = 8, .side = 64, .classes = 10};

struct Recording {
  const char* name;
  const char* width;
  bool is_supernet;
};
constexpr Recording kForms[] = {
    {"plain", "1.0", false}, {"supernet", "1.0", true}, {"wide", "1.2", true}};

void MoveMatrices(torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  double phase = 0;
  for (const auto& parameter : module.named_parameters()) {
    if (!parameter.key().ends_with("_matrix")) { continue; }
    const Tensor numbers = torch::arange(parameter->numel()).view_as(*parameter);
    parameter->add_(0.1 * torch::sin(numbers + ++phase));
  }
}

RecordedNetwork MakeRecorded(const Recording& form, const Subnet& subnet) {
  const MobileNetConfig config{.width = form.width, .classes = kBatch.classes};
  MobileNet network = form.is_supernet ? MobileNet(config, 1) : MobileNet(config, subnet, 1);
  MoveMatrices(*network);
  return {network.ptr(), [network, subnet](const Tensor& images, const Pass& pass) mutable {
            return lode::training::Prediction{network(images, subnet, pass), {}};
          }};
}

lode::training::TrainingConfig HowToTrain() {
  lode::training::TrainingConfig config;
  config.learning_rate = 0.02;
  config.weight_decay = 3e-5;
  config.label_smoothing = 0.1;
  return config;
}

}  // namespace
}  // namespace ofa

int main(int argc, char** argv) {
  using namespace ofa;
  return lode::training::WriteSteps(
      argc, argv, [](const std::string& text, const lode::training::Write& write) {
        const Subnet subnet = Parse(text);
        for (const Recording& form : kForms) {
          lode::training::StepRecorder recorder(MakeRecorded(form, subnet),
                                                {HowToTrain(), kBatch, kBatches});
          write(recorder.Record(
              {{"subnet", Format(subnet)}, {"form", form.name}, {"width", form.width}}));
        }
      });
}

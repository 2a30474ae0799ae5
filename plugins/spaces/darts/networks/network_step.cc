// darts_networks_step DIRECTORY GENOTYPE...: trains the networks of genotypes for a few steps, and
// supernets along the genotypes' paths, and writes them for pytorch_test.py, which runs it, as
// network_steps.h says: a file for each genotype and form. Masks are drawn in the order of cells,
// nodes and inputs, without identities.
//
// The metadata also has the genotype's number and the form's name and numbers; those of a supernet
// have its channel groups, and whether unselected edges are bypassed.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plugins/spaces/darts/networks/supernet.h"
#include "plugins/spaces/darts/text.h"
#include "toolkit/training/network_steps.h"

namespace darts {
namespace {

using lode::training::Mixture;
using lode::training::Pass;
using lode::training::RecordedNetwork;
using lode::training::RecordedTraining;
using torch::Tensor;

constexpr std::size_t kSteps = 2;

struct Form {
  const char* name;
  std::size_t batch;
  double drop_path;
  SupernetConfig network;
  bool is_supernet = false;
  bool mixed = false;  // under a mixture around the genotype
  lode::training::TrainingConfig training{};
};

// The genotype's operations have the largest weights; some have none.
Mixture MixtureAround(const Genotype& genotype) {
  std::vector<std::uint8_t> bytes(kCells);
  ToArchitecture(genotype, bytes);
  std::vector<double> weights;
  for (std::size_t c = 0; c < kCells; ++c) {
    weights.push_back(0.5 * bytes[c] + 0.0625 * static_cast<double>(c * 5 % 11 % 4));
  }
  return Mixture(weights, lode::Absent::kZero, torch::kFloat);
}

RecordedNetwork MakeMixed(Supernet supernet, const Genotype& genotype) {
  const auto mixture = std::make_shared<std::optional<Mixture>>();
  const auto forward = [=](const Tensor& images, const Pass& pass) mutable {
    mixture->emplace(MixtureAround(genotype));
    return lode::training::Prediction{supernet->Mix(images, **mixture, pass), {}};
  };
  return {supernet.ptr(), forward, mixture};
}

RecordedNetwork MakeRecorded(const Form& form, const Genotype& genotype, std::uint64_t seed) {
  if (form.is_supernet) {
    Supernet supernet(form.network, seed);
    if (form.mixed) { return MakeMixed(supernet, genotype); }
    return {supernet.ptr(), [supernet, genotype](const Tensor& images, const Pass& pass) mutable {
              return lode::training::Prediction{supernet(images, genotype, pass), {}};
            }};
  }
  Network network(form.network, genotype, seed);
  return {network.ptr(), [network](const Tensor& images, const Pass& pass) mutable {
            return network(images, pass);
          }};
}

Form FormOf(const char* name, std::size_t batch, double drop_path,
            const NetworkSettings& settings) {
  Form form{name, batch, drop_path, {}};
  static_cast<NetworkSettings&>(form.network) = settings;
  form.training.learning_rate = 0.05;
  form.training.nesterov = false;
  form.training.weight_decay = 3e-4;
  form.training.clip_norm = 5;
  form.training.auxiliary_weight = 0.3;
  return form;
}

std::vector<Form> Forms() {
  Form plain = FormOf("plain", 8, 0, {"cifar", 5, 4, 10, 8, false});
  Form cifar = FormOf("cifar", 4, 0.3, {"cifar", 3, 4, 10, 32, true});
  // With 4 channels, of which its first convolution has 2, training corrupts the heap unless oneDNN
  // (2.6.3, in Debian's LibTorch) is limited to SSE 4.1; not with 16.
  Form imagenet = FormOf("imagenet", 3, 0, {"imagenet", 3, 16, 12, 224, true});
  imagenet.training.label_smoothing = 0.1;
  Form partial = FormOf("partial", 8, 0, {"cifar", 4, 16, 10, 8, false});
  partial.is_supernet = true;
  Form bypass = FormOf("bypass", 8, 0.3, {"cifar", 3, 4, 10, 8, false});
  bypass.is_supernet = bypass.network.bypass_unselected = bypass.network.affine = true;
  bypass.network.channel_groups = 2;
  Form whole = FormOf("whole", 6, 0, {"cifar", 3, 4, 10, 8, false});
  whole.is_supernet = true;
  whole.network.channel_groups = 1;
  std::vector<Form> forms{plain, cifar, imagenet, partial, bypass, whole};
  for (const char* name : {"partial_mixture", "bypass_mixture", "whole_mixture"}) {
    Form mixed = FormOf(name, 8, 0, {"cifar", 3, 4, 10, 8, false});
    mixed.is_supernet = mixed.mixed = true;
    mixed.network.channel_groups = name == std::string("whole_mixture") ? 1 : 2;
    mixed.network.bypass_unselected = name == std::string("bypass_mixture");
    forms.push_back(mixed);
  }
  return forms;
}

RecordedTraining TrainingOf(const Form& form) {
  const auto count = [](std::int64_t n) { return static_cast<std::size_t>(n); };
  const SupernetConfig& network = form.network;
  return {form.training,
          {form.batch, count(network.image_size), count(network.classes)},
          kSteps,
          form.drop_path,
          kNodes * kNodeEdges * count(network.cells)};
}

lode::files::Metadata MetadataOf(std::size_t genotype, const Form& form) {
  return {{"genotype", std::to_string(genotype)},
          {"form", form.name},
          {"network", form.is_supernet ? "supernet" : form.network.network},
          {"groups", std::to_string(form.network.channel_groups)},
          {"bypass", form.network.bypass_unselected ? "1" : "0"},
          {"cells", std::to_string(form.network.cells)}};
}

}  // namespace
}  // namespace darts

int main(int argc, char** argv) {
  using namespace darts;
  std::size_t number = 0, seed = 1;
  return lode::training::WriteSteps(
      argc, argv, [&](const std::string& text, const lode::training::Write& write) {
        const Genotype genotype = Parse(text);
        for (const Form& form : Forms()) {
          lode::training::StepRecorder recorder(
              MakeRecorded(form, genotype, form.mixed ? seed : seed++), TrainingOf(form));
          write(recorder.Record(MetadataOf(number, form)));
        }
        ++number;
      });
}

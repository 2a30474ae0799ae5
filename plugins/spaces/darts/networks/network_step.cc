// darts_networks_step DIRECTORY GENOTYPE...: trains the networks of genotypes for a few steps, and
// supernets along the genotypes' paths, and writes everything another program needs to do the same
// and compare: for every genotype and form, a file DIRECTORY/N.safetensors, N = 0, 1, ....
// pytorch_test.py runs it.
//
//   images.K                  the batch of step K = 0, 1, ...; the labels of all images in order
//                             are 0, 1, ..., classes - 1, 0, ...
//   masks.K                   what drop-path multiplies edges by in step K, (edges, images), in the
//                             order of cells, nodes and inputs, without identities; more than the
//                             network has
//   before.NAME               a parameter or buffer of the network
//   gradient.K.NAME           of step K, clipped
//   after.K.NAME              a parameter or buffer after step K
//   logits.K, auxiliary.K     of step K; auxiliary is omitted if there is no such head
//   evaluated                 logits of images.0 after the last step, with the running moments
//   mixture                   of a form under a mixture, and the gradient in it in step K
//   mixture_gradient.K
//
// The metadata has the genotype's number, the form's name and numbers; those of a supernet have its
// channel groups, and whether unselected edges are bypassed.
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plugins/spaces/darts/networks/supernet.h"
#include "plugins/spaces/darts/text.h"
#include "toolkit/files/safetensors.h"
#include "toolkit/training/checkpoint.h"
#include "toolkit/training/random_images.h"
#include "toolkit/training/trainer.h"

namespace darts {
namespace {

using lode::training::DropPath;
using lode::training::Mixture;
using lode::training::Pass;
using lode::training::ToFile;
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

// A network, or a supernet with a path or a mixture.
struct Trained {
  std::shared_ptr<torch::nn::Module> module;
  std::function<lode::training::Prediction(const Tensor& images, const Pass& pass)> forward;
  std::shared_ptr<std::optional<Mixture>> mixture = nullptr;  // of the last pass
};

Trained MakeMixed(Supernet supernet, const Genotype& genotype) {
  const auto mixture = std::make_shared<std::optional<Mixture>>();
  const auto forward = [=](const Tensor& images, const Pass& pass) mutable {
    mixture->emplace(MixtureAround(genotype));
    return lode::training::Prediction{supernet->Mix(images, **mixture, pass), {}};
  };
  return {supernet.ptr(), forward, mixture};
}

Trained MakeTrained(const Form& form, const Genotype& genotype, std::uint64_t seed) {
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

// Records what a training does.
class Recorder {
 public:
  Recorder(Trained network, const Form& form) : network_(std::move(network)), form_(form) {
    AddNetwork("before.");
  }

  lode::files::Tensors Train() {
    const auto side = static_cast<std::size_t>(form_.network.image_size);
    const auto classes = static_cast<std::size_t>(form_.network.classes);
    const auto loader =
        lode::training::RandomImages(form_.batch * kSteps, {form_.batch, side, classes});
    const lode::training::Trainee trainee{
        *network_.module, [this](const Tensor& images, const lode::training::Step& step) {
          return Predict(images, step.number);
        }};
    const lode::training::TrainingHooks hooks{[] { return false; },
                                              [this](double, const std::string&) { AddStep(); }};
    lode::training::Train(trainee, *loader, form_.training, 1, torch::kCPU, {}, hooks);
    const torch::NoGradGuard no_grad;
    tensors_["evaluated"] = ToFile(network_.forward(first_images_, Pass::Evaluation()).logits);
    return std::move(tensors_);
  }

 private:
  lode::training::Prediction Predict(const Tensor& images, std::uint64_t step) {
    DropPath drop_path(form_.drop_path, 100 + step);
    lode::training::Prediction prediction = network_.forward(images, Pass::Training(&drop_path));
    if (step == 0) { first_images_ = images.clone(); }
    tensors_[Name("images", "")] = ToFile(images);
    tensors_[Name("masks", "")] = ToFile(Masks(step));
    tensors_[Name("logits", "")] = ToFile(prediction.logits);
    if (prediction.auxiliary.defined()) {
      tensors_[Name("auxiliary", "")] = ToFile(prediction.auxiliary);
    }
    return prediction;
  }

  // The same draws as in the network, for as many edges as it has, identities included.
  Tensor Masks(std::uint64_t step) const {
    DropPath drop_path(form_.drop_path, 100 + step);
    const auto batch = static_cast<std::int64_t>(form_.batch);
    std::vector<Tensor> masks;
    for (std::size_t e = 0; e < kNodes * kNodeEdges * static_cast<std::size_t>(form_.network.cells);
         ++e) {
      masks.push_back(drop_path(torch::ones({batch, 1, 1, 1})).flatten());
    }
    return torch::stack(masks);
  }

  void AddStep() {
    if (network_.mixture) {
      const Tensor gradient = (*network_.mixture)->all().grad();
      tensors_["mixture"] = ToFile((*network_.mixture)->all());
      tensors_[Name("mixture_gradient", "")] = ToFile(gradient);
    }
    for (const auto& parameter : network_.module->named_parameters()) {
      if (parameter->grad().defined()) {
        tensors_[Name("gradient", "." + parameter.key())] = ToFile(parameter->grad());
      }
    }
    AddNetwork(Name("after", "."));
    ++step_;
  }

  void AddNetwork(const std::string& prefix) {
    for (auto& [name, tensor] : lode::training::TensorsOf(*network_.module)) {
      tensors_[prefix + name] = std::move(tensor);
    }
  }

  std::string Name(const char* what, const std::string& rest) const {
    return std::string(what) + "." + std::to_string(step_) + rest;
  }

  Trained network_;
  const Form& form_;
  std::uint64_t step_ = 0;
  Tensor first_images_;
  lode::files::Tensors tensors_;
};

lode::files::Metadata MetadataOf(std::size_t genotype, const Form& form) {
  return {{"genotype", std::to_string(genotype)},
          {"form", form.name},
          {"network", form.is_supernet ? "supernet" : form.network.network},
          {"groups", std::to_string(form.network.channel_groups)},
          {"bypass", form.network.bypass_unselected ? "1" : "0"},
          {"cells", std::to_string(form.network.cells)},
          {"classes", std::to_string(form.network.classes)},
          {"batch", std::to_string(form.batch)},
          {"drop_path", std::to_string(form.drop_path)},
          {"steps", std::to_string(kSteps)},
          {"learning_rate", std::to_string(form.training.learning_rate)},
          {"momentum", std::to_string(form.training.momentum)},
          {"weight_decay", std::to_string(form.training.weight_decay)},
          {"clip_norm", std::to_string(form.training.clip_norm)},
          {"auxiliary_weight", std::to_string(form.training.auxiliary_weight)},
          {"label_smoothing", std::to_string(form.training.label_smoothing)}};
}

int Run(const std::string& directory, const std::vector<std::string>& genotypes) {
  std::size_t files = 0, seed = 1;
  for (std::size_t g = 0; g < genotypes.size(); ++g) {
    const Genotype genotype = Parse(genotypes[g]);
    for (const Form& form : Forms()) {
      Recorder recorder(MakeTrained(form, genotype, form.mixed ? seed : seed++), form);
      lode::files::WriteSafetensors(directory + "/" + std::to_string(files++) + ".safetensors",
                                    {recorder.Train(), MetadataOf(g, form)});
    }
  }
  return 0;
}

}  // namespace
}  // namespace darts

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: darts_networks_step DIRECTORY GENOTYPE...\n", stderr);
    return 2;
  }
  return darts::Run(argv[1], {argv + 2, argv + argc});
}

// nb201_networks_step DIRECTORY CELL...: trains the networks of NAS-Bench-201 cells (their strings)
// for a few steps and writes everything another program needs to do the same and compare: for every
// cell, form and setting, a file DIRECTORY/N.safetensors, N = 0, 1, .... pytorch_test.py runs it.
//
//   images.K, labels.K        the batch of step K = 0, 1, ...
//   before.NAME               a parameter or buffer of the network
//   gradient.K.NAME           of step K, clipped; omitted if the step did not touch the parameter
//   after.K.NAME              a parameter or buffer after step K
//   logits.K                  of step K
//   evaluated                 logits of images.0 after the last step, with the running moments
//   mixture                   the mixture of the form "mixture", and the gradient in it in step K
//   mixture_gradient.K
//
//   train_loss                of the last epoch, in the metadata
//
// The metadata has the cell, the form and the setting's numbers. Forms: "single": the network of
// that cell; "supernet": of all cells, along that cell's path; "benchmark": single, with the first
// weights and the schedule of protocol = "benchmark"; "shared": a supernet as in the preset rsps;
// "mixture": the same under a mixture in which the cell's operations have the largest weights, and
// some have none.
#include <cstdio>
#include <iomanip>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "plugins/spaces/nb201/networks/network.h"
#include "toolkit/files/safetensors.h"
#include "toolkit/images/pixel_set.h"
#include "toolkit/training/checkpoint.h"
#include "toolkit/training/random_images.h"
#include "toolkit/training/trainer.h"

namespace nb201 {
namespace {

using lode::images::Loader;
using lode::training::Pass;
using lode::training::ToFile;
using torch::Tensor;

constexpr std::size_t kBatch = 8, kBatches = 3, kSide = 8, kClasses = 10;

struct Form {
  const char* name;
  bool single;
  std::vector<lode::training::TrainingConfig> settings;
  NetworkConfig network;
  bool mixed = false;
};

std::vector<double> MixtureAround(const Cell& cell) {
  std::vector<double> weights;
  for (std::size_t c = 0; c < kCells; ++c) {
    const bool has = cell[c / kOperations] == static_cast<Operation>(c % kOperations);
    weights.push_back((has ? 0.5 : 0) + 0.125 * static_cast<double>(c * 5 % 7 % 4));
  }
  return weights;
}

std::vector<Form> Forms() {
  lode::training::TrainingConfig plain;
  plain.learning_rate = 0.05;
  lode::training::TrainingConfig all = plain;
  all.epochs = 2;
  all.learning_rate = 0.2;
  all.final_learning_rate = 0.01;
  all.warm_up_epochs = 1;
  all.clip_norm = 0.5;
  all.label_smoothing = 0.1;
  all.nesterov = false;
  lode::training::TrainingConfig benchmark = plain;
  benchmark.epochs = 2;
  benchmark.schedule = "epoch";
  benchmark.keep_last_batch = true;
  lode::training::TrainingConfig shared = benchmark;
  shared.learning_rate = 0.025;
  shared.final_learning_rate = 0.001;
  shared.clip_norm = 5;
  const NetworkConfig network{3, kClasses, 16, 1};
  NetworkConfig uniform = network;
  uniform.initialization = lode::training::Initialization::kPyTorch;
  NetworkConfig untracked = uniform;
  untracked.affine = untracked.tracks_moments = false;
  return {{"single", true, {plain, all}, network},
          {"supernet", false, {plain, all}, network},
          {"benchmark", true, {benchmark}, uniform},
          {"shared", false, {shared}, untracked},
          {"mixture", false, {shared}, untracked, true}};
}

// Has whole batches, or one image less.
std::unique_ptr<Loader> RandomLoader(bool whole) {
  return lode::training::RandomImages(kBatch * kBatches - (whole ? 0 : 1),
                                      {kBatch, kSide, kClasses});
}

// Records what a training does.
class Recorder {
 public:
  Recorder(Network network, const Cell& cell, bool mixed)
      : network_(std::move(network)), cell_(cell) {
    AddNetwork("before.");
    if (!mixed) { return; }
    mixture_.emplace(MixtureAround(cell), lode::Absent::kZero, torch::kFloat);
    tensors_["mixture"] = ToFile(mixture_->all());
  }

  lode::files::Tensors Train(const lode::training::TrainingConfig& config) {
    const auto loader = RandomLoader(!config.keep_last_batch);
    const lode::training::Trainee trainee{
        *network_, [this](const Tensor& images, const lode::training::Step& step) {
          return Predict(images, step.number);
        }};
    const lode::training::TrainingHooks hooks{[] { return false; },
                                              [this](double, const std::string&) { AddStep(); }};
    train_loss_ = lode::training::Train(trainee, *loader, config, 1, torch::kCPU, {}, hooks).loss;
    const torch::NoGradGuard no_grad;
    tensors_["evaluated"] = ToFile(Forward(first_images_, Pass::Evaluation()));
    return std::move(tensors_);
  }

  double train_loss() const { return train_loss_; }

 private:
  lode::training::Prediction Predict(const Tensor& images, std::uint64_t step) {
    if (mixture_) { mixture_.emplace(MixtureAround(cell_), lode::Absent::kZero, torch::kFloat); }
    const Tensor logits = Forward(images, Pass::Training());
    if (step == 0) { first_images_ = images.clone(); }
    tensors_[Name("images", "")] = ToFile(images);
    tensors_[Name("logits", "")] = ToFile(logits);
    return {logits, {}};
  }

  Tensor Forward(const Tensor& images, const Pass& pass) {
    return mixture_ ? network_->Mix(images, *mixture_, pass) : network_(images, cell_, pass);
  }

  void AddStep() {
    if (mixture_) { tensors_[Name("mixture_gradient", "")] = ToFile(mixture_->all().grad()); }
    for (const auto& parameter : network_->named_parameters()) {
      if (parameter->grad().defined()) {
        tensors_[Name("gradient", "." + parameter.key())] = ToFile(parameter->grad());
      }
    }
    AddNetwork(Name("after", "."));
    ++step_;
  }

  void AddNetwork(const std::string& prefix) {
    for (auto& [name, tensor] : lode::training::TensorsOf(*network_)) {
      tensors_[prefix + name] = std::move(tensor);
    }
  }

  std::string Name(const char* what, const std::string& rest) const {
    return std::string(what) + "." + std::to_string(step_) + rest;
  }

  Network network_;
  const Cell cell_;
  std::optional<lode::training::Mixture> mixture_;  // of the step, if there is one
  std::uint64_t step_ = 0;
  double train_loss_ = 0;
  Tensor first_images_;
  lode::files::Tensors tensors_;
};

lode::files::Metadata MetadataOf(const Cell& cell, const Form& form,
                                 const lode::training::TrainingConfig& config) {
  return {
      {"cell", Format(cell)},
      {"form", form.name},
      {"batch", std::to_string(kBatch)},
      {"tracks_moments", form.network.tracks_moments ? "1" : "0"},
      {"by_epoch", config.schedule == "epoch" ? "1" : "0"},
      {"steps", std::to_string(static_cast<std::size_t>(config.epochs) * kBatches)},
      {"batches", std::to_string(kBatches)},
      {"classes", std::to_string(kClasses)},
      {"learning_rate", std::to_string(config.learning_rate)},
      {"final_learning_rate", std::to_string(config.final_learning_rate)},
      {"warm_up_steps", std::to_string(static_cast<std::size_t>(config.warm_up_epochs) * kBatches)},
      {"momentum", std::to_string(config.momentum)},
      {"nesterov", config.nesterov ? "1" : "0"},
      {"weight_decay", std::to_string(config.weight_decay)},
      {"clip_norm", std::to_string(config.clip_norm)},
      {"label_smoothing", std::to_string(config.label_smoothing)}};
}

int Run(const std::string& directory, const std::vector<std::string>& cells) {
  std::size_t files = 0, seed = 1;
  for (const std::string& text : cells) {
    Cell cell{};
    ParseError error;
    if (!Parse(text, &cell, &error)) {
      std::fprintf(stderr, "nb201_networks_step: %s: %s\n", text.c_str(), error.message.c_str());
      return 2;
    }
    for (const Form& form : Forms()) {
      for (const lode::training::TrainingConfig& config : form.settings) {
        Network network(form.network, form.single ? std::optional(cell) : std::nullopt,
                        form.mixed ? seed : seed++);
        Recorder recorder(network, cell, form.mixed);
        lode::files::Safetensors contents{recorder.Train(config), MetadataOf(cell, form, config)};
        std::ostringstream loss;
        loss << std::setprecision(17) << recorder.train_loss();
        contents.metadata["train_loss"] = loss.str();
        lode::files::WriteSafetensors(directory + "/" + std::to_string(files++) + ".safetensors",
                                      contents);
      }
    }
  }
  return 0;
}

}  // namespace
}  // namespace nb201

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: nb201_networks_step DIRECTORY CELL...\n", stderr);
    return 2;
  }
  return nb201::Run(argv[1], {argv + 2, argv + argc});
}

// For programs that train networks for a few steps and write everything another program needs to do
// the same and compare; plugins/spaces/network_steps.py does it with PyTorch. A file has
//
//   images.K                  the batch of step K = 0, 1, ...; the labels of an epoch's images, in
//                             order, are 0, 1, ..., classes - 1, 0, ...
//   masks.K                   what drop-path multiplies edges by in step K, (edges, images), in the
//                             order of its draws, if the training has edges
//   before.NAME               a parameter or buffer of the network
//   gradient.K.NAME           of step K, clipped; omitted if the step did not touch the parameter
//   after.K.NAME              a parameter or buffer after step K
//   logits.K, auxiliary.K     of step K; auxiliary is omitted if there is no such head
//   evaluated                 logits of images.0 after the last step, with the running moments
//   mixture                   the mixture, if the network has one, and the gradient in it in step K
//   mixture_gradient.K
//
// and, in the metadata, the training's numbers, train_loss, which is that of the last epoch, and
// what the family adds.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <iomanip>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "toolkit/files/safetensors.h"
#include "toolkit/training/checkpoint.h"
#include "toolkit/training/mixture.h"
#include "toolkit/training/random_images.h"
#include "toolkit/training/trainer.h"

namespace lode::training {

// A network to train.
struct RecordedNetwork {
  std::shared_ptr<torch::nn::Module> module;
  std::function<Prediction(const torch::Tensor& images, const Pass& pass)> forward;
  std::shared_ptr<std::optional<Mixture>> mixture = nullptr;  // of the last pass
};

// How to train it.
struct RecordedTraining {
  TrainingConfig config;
  BatchShape batch;
  std::size_t batches;    // in an epoch; the last has an image less if it is kept
  double drop_path = 0;   // in all steps
  std::size_t edges = 0;  // that drop-path may drop; more than the network has are fine

  std::size_t images() const { return batch.size * batches - (config.keep_last_batch ? 1 : 0); }
  std::size_t steps() const { return static_cast<std::size_t>(config.epochs) * batches; }
};

inline files::Metadata MetadataOf(const RecordedTraining& training) {
  const TrainingConfig& config = training.config;
  return {{"batch", std::to_string(training.batch.size)},
          {"batches", std::to_string(training.batches)},
          {"steps", std::to_string(training.steps())},
          {"classes", std::to_string(training.batch.classes)},
          {"learning_rate", std::to_string(config.learning_rate)},
          {"final_learning_rate", std::to_string(config.final_learning_rate)},
          {"warm_up_steps", std::to_string(static_cast<std::size_t>(
                                config.warm_up_epochs * static_cast<double>(training.batches)))},
          {"by_epoch", config.schedule == "epoch" ? "1" : "0"},
          {"momentum", std::to_string(config.momentum)},
          {"nesterov", config.nesterov ? "1" : "0"},
          {"weight_decay", std::to_string(config.weight_decay)},
          {"clip_norm", std::to_string(config.clip_norm)},
          {"label_smoothing", std::to_string(config.label_smoothing)},
          {"auxiliary_weight", std::to_string(config.auxiliary_weight)},
          {"drop_path", std::to_string(training.drop_path)}};
}

// Records what a training does.
class StepRecorder {
 public:
  StepRecorder(RecordedNetwork network, const RecordedTraining& training)
      : network_(std::move(network)), training_(training) {}

  // `own`: the family's metadata.
  files::Safetensors Record(files::Metadata own) {
    AddNetwork("before.");
    own.merge(MetadataOf(training_));
    own["train_loss"] = Train();
    const torch::NoGradGuard no_grad;
    tensors_["evaluated"] = ToFile(network_.forward(first_images_, Pass::Evaluation()).logits);
    return {std::move(tensors_), std::move(own)};
  }

 private:
  std::string Train() {
    const auto loader = RandomImages(training_.images(), training_.batch);
    const Trainee trainee{*network_.module, [this](const torch::Tensor& images, const Step&) {
                            return Predict(images);
                          }};
    const TrainingHooks hooks{[] { return false; },
                              [this](double, const std::string&) { AddStep(); }};
    std::ostringstream loss;
    loss << std::setprecision(17)
         << training::Train(trainee, *loader, training_.config, 1, torch::kCPU, {}, hooks).loss;
    return loss.str();
  }

  DropPath DropPathOfStep() const { return {training_.drop_path, 100 + step_}; }

  Prediction Predict(const torch::Tensor& images) {
    DropPath drop_path = DropPathOfStep();
    Prediction prediction = network_.forward(images, Pass::Training(&drop_path));
    if (step_ == 0) { first_images_ = images.clone(); }
    tensors_[Name("images")] = ToFile(images);
    tensors_[Name("logits")] = ToFile(prediction.logits);
    if (prediction.auxiliary.defined()) {
      tensors_[Name("auxiliary")] = ToFile(prediction.auxiliary);
    }
    if (training_.edges > 0) { tensors_[Name("masks")] = ToFile(Masks(images.size(0))); }
    return prediction;
  }

  // The same draws as in the network.
  torch::Tensor Masks(std::int64_t images) const {
    DropPath drop_path = DropPathOfStep();
    std::vector<torch::Tensor> masks;
    for (std::size_t e = 0; e < training_.edges; ++e) {
      masks.push_back(drop_path(torch::ones({images, 1, 1, 1})).flatten());
    }
    return torch::stack(masks);
  }

  void AddStep() {
    if (network_.mixture) {
      const torch::Tensor& mixture = (*network_.mixture)->all();
      tensors_["mixture"] = ToFile(mixture);
      tensors_[Name("mixture_gradient")] = ToFile(mixture.grad());
    }
    for (const auto& parameter : network_.module->named_parameters()) {
      if (parameter->grad().defined()) {
        tensors_[Name("gradient") + "." + parameter.key()] = ToFile(parameter->grad());
      }
    }
    AddNetwork(Name("after") + ".");
    ++step_;
  }

  void AddNetwork(const std::string& prefix) {
    for (auto& [name, tensor] : TensorsOf(*network_.module)) {
      tensors_[prefix + name] = std::move(tensor);
    }
  }

  std::string Name(const char* what) const {
    return std::string(what) + "." + std::to_string(step_);
  }

  RecordedNetwork network_;
  const RecordedTraining training_;
  std::uint64_t step_ = 0;
  torch::Tensor first_images_;
  files::Tensors tensors_;
};

// Takes a file.
using Write = std::function<void(const files::Safetensors&)>;

// The main function of "PROGRAM DIRECTORY ARCHITECTURE...": writes each file that a family makes of
// an architecture's text to DIRECTORY/0.safetensors, DIRECTORY/1.safetensors, .... Returns the exit
// status.
inline int WriteSteps(int argc, char** argv,
                      const std::function<void(const std::string& text, const Write&)>& make) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s DIRECTORY ARCHITECTURE...\n", argv[0]);
    return 2;
  }
  std::size_t files = 0;
  const auto write = [&](const files::Safetensors& contents) {
    const std::string name = std::to_string(files++) + ".safetensors";
    files::WriteSafetensors(std::string(argv[1]) + "/" + name, contents);
  };
  try {
    for (int i = 2; i < argc; ++i) { make(argv[i], write); }
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s: %s\n", argv[0], e.what());
    return 2;
  }
  return 0;
}

}  // namespace lode::training

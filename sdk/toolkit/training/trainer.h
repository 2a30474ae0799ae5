// The training loop: stochastic gradient descent on batches of images, with checkpoints. Every
// network of the first-party plugins is trained by it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <lode/plugin.hpp>
#include <string>

#include "toolkit/images/loader.h"
#include "toolkit/training/drop_path.h"
#include "toolkit/training/evaluation.h"
#include "toolkit/training/parameters.h"

namespace lode::training {

// Parameters of oracles that train; an oracle's Config derives from it.
struct TrainingConfig {
  std::int64_t epochs = 1;
  std::int64_t batch_size = 256;
  double learning_rate = 0.1;      // the highest
  double final_learning_rate = 0;  // at the end of its fall
  double warm_up_epochs = 0;       // of linear rise
  double momentum = 0.9;
  bool nesterov = true;
  double weight_decay = 5e-4;
  double clip_norm = 0;  // of all gradients of a step together; 0: no clipping
  double label_smoothing = 0;
  double auxiliary_weight = 0.4;  // of the auxiliary head's loss, if the network has one
  double drop_path = 0;           // probability at the end of the training
  bool mixed_precision = false;   // bfloat16 where it is safe; CUDA only
  std::string schedule = "step";  // or "epoch": when the learning rate moves
  std::string decay = "cosine";   // or "linear": how it falls
  bool keep_last_batch = false;   // of an epoch, even if it is smaller than the others
  double distillation = 0;        // weight of the teacher's loss, if there is a teacher
  bool decay_norms = true;        // weight decay also of vectors: biases and norms
};

// Appends one of them, which only some families need.
template <class C>
void AddDecayParameter(Params<C>& params) {
  Appender<TrainingConfig>(params)("decay", &TrainingConfig::decay,
                                   "How the learning rate falls after the warm-up: along half a "
                                   "cosine wave, or linearly.",
                                   Choices{{"cosine", "linear"}});
}

template <class C>
void AddDecayNormsParameter(Params<C>& params) {
  Appender<TrainingConfig>(params)("decay_norms", &TrainingConfig::decay_norms,
                                   "Weight decay of biases and norms too.");
}

// Appends the others to an oracle's own parameters.
template <class C>
void AddTrainingParameters(Params<C>& params) {
  const auto add = Appender<TrainingConfig>(params);
  const Range rate{0, 100};
  add("epochs", &TrainingConfig::epochs, "Passes over the training images.", Range{1, 10000});
  add("batch_size", &TrainingConfig::batch_size, "Images in a training step.", Range{1, 65536});
  add("learning_rate", &TrainingConfig::learning_rate,
      "The highest learning rate, from which it falls.", rate);
  add("final_learning_rate", &TrainingConfig::final_learning_rate,
      "The learning rate at the end of its fall, after the last epoch.", rate);
  add("warm_up_epochs", &TrainingConfig::warm_up_epochs,
      "Epochs at the start in which the learning rate rises linearly.", Range{0, 10000});
  add("momentum", &TrainingConfig::momentum, "Momentum of the gradient descent.",
      Range{0, 1, true, true});
  add("nesterov", &TrainingConfig::nesterov, "Nesterov's momentum.");
  add("weight_decay", &TrainingConfig::weight_decay, "Weight decay of all parameters.",
      Range{0, 1});
  add("clip_norm", &TrainingConfig::clip_norm,
      "Largest norm of the gradient of all parameters together; 0: no limit.", Range{0, 1e6});
  add("label_smoothing", &TrainingConfig::label_smoothing,
      "Fraction of the probability that is spread over all classes.", Range{0, 1, false, true});
  add("drop_path", &TrainingConfig::drop_path,
      "Drop-path: probability that an edge's output is dropped for an image. It rises linearly "
      "with the epochs, from 0 before the first.",
      Range{0, 1, false, true});
  add("schedule", &TrainingConfig::schedule,
      "Whether the learning rate moves after every step or after every epoch.",
      Choices{{"step", "epoch"}});
  add("keep_last_batch", &TrainingConfig::keep_last_batch,
      "Train on the last images of an epoch too, if they are fewer than a batch.");
  add("mixed_precision", &TrainingConfig::mixed_precision,
      "Train in bfloat16 where that is safe; on CUDA devices only.");
}

// The probability with which drop-path drops an edge in an epoch, counted from 0; after the last
// epoch it stays.
double DropPathProbability(const TrainingConfig& config, std::uint64_t epoch);

// The output of a network for a batch in training.
struct Prediction {
  torch::Tensor logits;
  torch::Tensor auxiliary;  // of the auxiliary head; undefined if there is none
};

// A step of a training. Its random draws do not depend on whether the training was interrupted.
struct Step {
  std::uint64_t number;    // from 0, counted through all epochs
  DropPath& drop_path;     // for the edges of the network that may be dropped, if it has any
  std::uint64_t path = 0;  // which of the step's Trainee::paths
};

// Looks at a network after each epoch of its training.
class EpochObserver {
 public:
  virtual ~EpochObserver() = default;
  // Epochs count from 0. What it does to the network must not change how the training goes on. An
  // exception ends the training, which continues after its last checkpoint.
  virtual void AfterEpoch(std::uint64_t epoch) = 0;
  // What it has seen so far, which checkpoints keep.
  virtual std::string State() const = 0;
  // Throws IoError for text that State() does not return.
  virtual void SetState(const std::string& state) = 0;
};

// The network being trained.
struct Trainee {
  torch::nn::Module& module;
  std::function<Prediction(const torch::Tensor& images, const Step& step)> predict;
  EpochObserver* observer = nullptr;  // none: nobody looks
  std::uint64_t paths = 1;            // predictions of a step: their losses' gradients are added
  // Logits of a network that is imitated, computed once in a step, without autograd: each loss has
  // config.distillation times the mean cross entropy with its probabilities (Hinton, Vinyals and
  // Dean, 2015, at temperature 1) in addition. Empty: none.
  Predict teacher = {};
};

// Either may be empty.
struct TrainingHooks {
  std::function<bool()> cancelled;
  std::function<void(double fraction, const std::string& what)> progress;
};

// Where a training keeps its checkpoint while it runs.
struct CheckpointPlace {
  std::filesystem::path file;  // empty for none
  // The training in words: a file with another description is refused.
  std::string what;
  double seconds = 30;  // longest time between two; does not affect the result
};

// Trains for config.epochs epochs of `loader`. The seed of epoch e derives from `seed` and e. With
// a checkpoint, a training that was interrupted at any moment ends with the same weights, bit for
// bit, as one that was not; the file stays when the training ends, and if it is from a finished
// training, it is loaded and nothing is trained. Returns the training's top-1, top-5 and loss in
// its last epoch. Throws CancelledError when cancelled, after writing a checkpoint;
// IoError for a checkpoint that cannot be read or written, or belongs to another training;
// UnsupportedError, after removing the checkpoint, if the loss is no longer finite. Nobody
// else may use the checkpoint at the same time.
Evaluation Train(const Trainee& trainee, images::Loader& loader, const TrainingConfig& config,
                 std::uint64_t seed, const torch::Device& device, const CheckpointPlace& place,
                 const TrainingHooks& hooks);

// Describes the parameters in words, for what is stored of a training.
std::string Describe(const TrainingConfig& config);

}  // namespace lode::training

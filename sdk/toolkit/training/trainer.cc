#include "toolkit/training/trainer.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <lode/plugin.hpp>
#include <lode/text.hpp>
#include <sstream>
#include <vector>

#include "toolkit/files/safetensors.h"
#include "toolkit/posix/write_file.h"
#include "toolkit/training/checkpoint.h"
#include "toolkit/training/descent.h"
#include "toolkit/training/device.h"
#include "toolkit/training/seed.h"
#include "toolkit/training/training_progress.h"

namespace lode::training {
namespace {

using torch::Tensor;
using SteadyClock = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr char kMomentumPrefix[] = "momentum/";
constexpr char kObservedKey[] = "observed";

class Training {
 public:
  Training(const Trainee& trainee, images::Loader& loader, const TrainingConfig& config,
           std::uint64_t seed, const torch::Device& device, const CheckpointPlace& place,
           const TrainingHooks& hooks)
      : trainee_(trainee),
        loader_(loader),
        config_(config),
        seed_(seed),
        device_(device),
        place_(place),
        hooks_(hooks),
        descent_(trainee.module, config, loader.batches()) {}

  Evaluation Run() {
    Load();
    while (step_ < descent_.steps()) {
      TrainEpoch();
      if (trainee_.observer != nullptr) { trainee_.observer->AfterEpoch(EpochBefore(step_)); }
      Save();
    }
    return tally_.Result();
  }

 private:
  // The epoch that ends before the step.
  std::uint64_t EpochBefore(std::uint64_t step) const { return step / loader_.batches() - 1; }

  // Trains from the current step to the end of its epoch.
  void TrainEpoch() {
    const std::uint64_t epoch = step_ / loader_.batches();
    loader_.Begin(SeedOf(seed_, epoch), step_ % loader_.batches());
    if (step_ % loader_.batches() == 0) { tally_ = {}; }
    if (trainee_.observer != nullptr) { rate_.Restart(); }  // its time is not the training's
    while (loader_.Next(batch_)) {
      StopIfCancelled();
      Step();
      rate_.Add(static_cast<std::int64_t>(batch_.size));
      if (step_ % loader_.batches() != 0) { SaveNowAndThen(); }  // an epoch ends with its observer
      Report(epoch);
    }
  }

  void Step() {
    const Tensor images = ImagesOf(batch_, device_);
    const Tensor labels = LabelsOf(batch_, device_);
    const Targets targets{labels, TaughtProbabilities(images)};
    descent_.ForgetGradients();  // a step does not change what it does not touch
    DropPath drop_path(DropPathProbability(config_, step_ / loader_.batches()),
                       SeedOf(seed_, ~step_));
    for (std::uint64_t path = 0; path < trainee_.paths; ++path) {
      AddGradients(images, targets, {step_, drop_path, path});
    }
    descent_.Descend(step_);
    ++step_;
  }

  struct Targets {
    Tensor labels;
    Tensor taught;  // probabilities; undefined without a teacher
  };

  Tensor TaughtProbabilities(const Tensor& images) const {
    if (!trainee_.teacher) { return {}; }
    const torch::NoGradGuard no_grad;
    const MixedPrecision mixed(device_, config_.mixed_precision);
    return torch::softmax(trainee_.teacher(images), 1);
  }

  void AddGradients(const Tensor& images, const Targets& targets, const training::Step& step) {
    Prediction prediction;
    Tensor loss;
    {
      const MixedPrecision mixed(device_, config_.mixed_precision);
      prediction = trainee_.predict(images, step);
      loss = LossOf(prediction, targets);
    }
    RequireFinite(loss);
    loss.backward();
    tally_.Add(prediction.logits, targets.labels);
  }

  Tensor LossOf(const Prediction& prediction, const Targets& targets) const {
    Tensor loss = CrossEntropy(prediction.logits, targets.labels, config_);
    if (prediction.auxiliary.defined()) {
      loss = loss +
             config_.auxiliary_weight * CrossEntropy(prediction.auxiliary, targets.labels, config_);
    }
    if (targets.taught.defined()) {
      loss = loss +
             config_.distillation * torch::cross_entropy_loss(prediction.logits, targets.taught);
    }
    return loss;
  }

  void RequireFinite(const Tensor& loss) const {
    if (std::isfinite(loss.item<double>())) { return; }
    if (!place_.file.empty()) {
      fs::remove(place_.file);  // it is useless
    }
    throw UnsupportedError("training diverged: the loss is not finite at step " +
                           std::to_string(step_) + "; a smaller learning rate may help");
  }

  void StopIfCancelled() {
    if (!hooks_.cancelled || !hooks_.cancelled()) { return; }
    if (step_ != saved_step_) { Save(); }  // a large network's takes a while
    throw CancelledError();
  }

  void SaveNowAndThen() {
    if (std::chrono::duration<double>(SteadyClock::now() - saved_).count() >= place_.seconds) {
      Save();
    }
  }

  void Report(std::uint64_t epoch) const {
    if (!hooks_.progress) { return; }
    hooks_.progress(static_cast<double>(step_) / static_cast<double>(descent_.steps()),
                    DescribeEpoch(epoch, config_.epochs, rate_, tally_.Result()));
  }

  void Save() {
    saved_ = SteadyClock::now();
    saved_step_ = step_;
    if (place_.file.empty()) { return; }
    files::Safetensors contents{
        TensorsOf(trainee_.module),
        {{"training", place_.what}, {"step", std::to_string(step_)}, {"tally", tally_.Format()}}};
    if (trainee_.observer != nullptr) {
      contents.metadata.emplace(kObservedKey, trainee_.observer->State());
    }
    for (auto& [name, tensor] : MomentumOf(trainee_.module, descent_.optimizer())) {
      contents.tensors.emplace(kMomentumPrefix + name, std::move(tensor));
    }
    files::WriteSafetensors(place_.file, contents);
  }

  void Load() {
    saved_ = SteadyClock::now();
    if (place_.file.empty()) { return; }
    posix::RemovePartsOf(place_.file);
    if (!fs::exists(place_.file)) { return; }
    files::Safetensors contents = files::ReadSafetensors(place_.file);
    CheckSame(contents.metadata);
    files::Tensors tensors, momentum;
    for (auto& [name, tensor] : contents.tensors) {
      const bool is_momentum = name.starts_with(kMomentumPrefix);
      (is_momentum ? momentum : tensors)
          .emplace(is_momentum ? name.substr(sizeof kMomentumPrefix - 1) : name, std::move(tensor));
    }
    SetTensors(trainee_.module, tensors, place_.file);
    SetMomentum(trainee_.module, descent_.optimizer(), momentum, place_.file);
    step_ = saved_step_ = StepOf(contents.metadata.at("step"));
    tally_ = TallyOf(contents.metadata.at("tally"));
    if (trainee_.observer != nullptr) {
      trainee_.observer->SetState(ObservedOf(contents.metadata));
    }
  }

  std::uint64_t StepOf(const std::string& text) const {
    std::uint64_t step = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), step);
    if (error != std::errc() || end != text.data() + text.size() || step > descent_.steps()) {
      throw IoError(place_.file.string() + ": its step is " + Quote(text) +
                    ", expected a number up to " + std::to_string(descent_.steps()));
    }
    return step;
  }

  Tally TallyOf(const std::string& text) const {
    const auto tally = Tally::Parse(text);
    if (!tally) {
      throw IoError(place_.file.string() + ": its tally is " + Quote(text) +
                    ", expected four numbers");
    }
    return *tally;
  }

  std::string ObservedOf(const files::Metadata& metadata) const {
    const auto observed = metadata.find(kObservedKey);
    return observed != metadata.end() ? observed->second : "";
  }

  void CheckSame(const files::Metadata& metadata) const {
    const auto what = metadata.find("training");
    if (what == metadata.end() || !metadata.contains("step") || !metadata.contains("tally")) {
      throw IoError(place_.file.string() + ": is not a checkpoint of a training");
    }
    if (what->second != place_.what) {
      throw IoError(place_.file.string() + ": belongs to another training, " + Quote(what->second) +
                    ", expected " + Quote(place_.what));
    }
  }

  const Trainee& trainee_;
  images::Loader& loader_;
  const TrainingConfig& config_;
  const std::uint64_t seed_;
  const torch::Device device_;
  const CheckpointPlace& place_;
  const TrainingHooks& hooks_;
  Descent descent_;
  images::Batch batch_;
  std::uint64_t step_ = 0;
  std::uint64_t saved_step_ = 0;  // of the last checkpoint
  Tally tally_;
  ImageRate rate_;
  SteadyClock::time_point saved_;
};

}  // namespace

double DropPathProbability(const TrainingConfig& config, std::uint64_t epoch) {
  const auto last = static_cast<std::uint64_t>(config.epochs - 1);
  return config.drop_path * static_cast<double>(std::min(epoch, last)) /
         static_cast<double>(config.epochs);
}

Evaluation Train(const Trainee& trainee, images::Loader& loader, const TrainingConfig& config,
                 std::uint64_t seed, const torch::Device& device, const CheckpointPlace& place,
                 const TrainingHooks& hooks) {
  return Training(trainee, loader, config, seed, device, place, hooks).Run();
}

std::string Describe(const TrainingConfig& config) {
  std::ostringstream text;
  text << config.epochs << " epochs, batch " << config.batch_size << ", rate "
       << config.learning_rate << " to " << config.final_learning_rate << ", warm-up "
       << config.warm_up_epochs << ", momentum " << config.momentum << ", nesterov "
       << config.nesterov << ", decay " << config.weight_decay << ", clip " << config.clip_norm
       << ", smoothing " << config.label_smoothing << ", auxiliary " << config.auxiliary_weight
       << ", drop-path " << config.drop_path << ", mixed precision " << config.mixed_precision;
  // Not named if they are the defaults: stored checkpoints may be older than these parameters.
  if (config.schedule != "step") { text << ", rate by " << config.schedule; }
  if (config.decay != "cosine") { text << ", " << config.decay; }
  if (config.keep_last_batch) { text << ", last batches kept"; }
  if (config.distillation != 0) { text << ", distillation " << config.distillation; }
  if (!config.decay_norms) { text << ", norms not decayed"; }
  return text.str();
}

}  // namespace lode::training

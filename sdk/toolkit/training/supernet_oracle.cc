#include "toolkit/training/supernet_oracle.h"

#include <utility>

#include "toolkit/files/safetensors.h"
#include "toolkit/posix/write_file.h"
#include "toolkit/training/checkpoint.h"

namespace lode::training {
namespace {

using torch::Tensor;
namespace fs = std::filesystem;

constexpr char kSupernetFile[] = "supernet.safetensors";
constexpr char kCheckpointFile[] = "checkpoint.safetensors";
constexpr char kPartsKey[] = "images";  // those that the weights have seen, and the others

}  // namespace

SupernetOracle::SupernetOracle(Host host, const NetworkOracleConfig& config,
                               const SupernetOracleConfig& own)
    : host_(host), config_(config), own_(own) {
  if (config.validation_share == 0) {
    throw InvalidError("validation_share is 0, and a supernet is measured on validation images");
  }
}

std::vector<Metric> SupernetOracle::Metrics() const {
  const bool noisy = own_.scores_one_batch();
  std::vector<Metric> metrics{AccuracyMetric(config_, LODE_SPLIT_VALIDATION, false, noisy),
                              AccuracyMetric(config_, LODE_SPLIT_VALIDATION, true, noisy)};
  if (!own_.weights.empty()) {  // `epochs` describes a training that does not happen
    for (Metric& metric : metrics) { metric.epochs = 0; }
  }
  return metrics;
}

void SupernetOracle::Bind(const Space& space) {
  CheckSpace(space);
  device_ = DeviceOf(config_.device);
  task_.emplace(OpenTask());
  network_ = Make(*task_, static_cast<std::uint64_t>(own_.seed));
  network_->to(*device_);
  calibration_ = task_->Calibration(own_.calibration_images, own_.evaluation_batch_size);
  validation_ = own_.scores_one_batch() ? task_->ShuffledValidation(own_.evaluation_batch_size)
                                        : task_->Validation(own_.evaluation_batch_size);
  if (!own_.weights.empty()) { Load(own_.weights); }
}

void SupernetOracle::Load(const fs::path& file) {
  const files::Safetensors contents = files::ReadSafetensors(file);
  const std::string parts = task_->DescribeParts();
  const auto trained_on = contents.metadata.find(kPartsKey);  // files from other programs have none
  if (trained_on != contents.metadata.end() && trained_on->second != parts) {
    throw InvalidError(file.string() + ": was trained on a different part of the images: " +
                       trained_on->second + ", expected " + parts);
  }
  SetTensors(*network_, contents.tensors, file);
  ready_ = true;
}

void SupernetOracle::Prepare(const fs::path& directory) {
  if (ready_) { return; }
  const fs::path file = directory / kSupernetFile, checkpoint = directory / kCheckpointFile;
  posix::RemovePartsOf(file);
  if (!fs::exists(file)) {
    CallTorch([&] { Train(file, checkpoint); });
  } else {
    Load(file);
  }
  fs::remove(checkpoint);
  ready_ = true;
}

std::string SupernetOracle::DescribeTraining() const {
  return DescribeNetworks() + "; " + Describe(config_, *task_, host_) + "; supernet, seed " +
         std::to_string(own_.seed) + DescribePaths();
}

void SupernetOracle::Train(const fs::path& file, const fs::path& checkpoint) {
  const auto seed = static_cast<std::uint64_t>(own_.seed);
  UseThreads(host_.Threads());
  const Trainee trainee{*network_, [&](const Tensor& images, const Step& step) -> Prediction {
                          const SupernetPath path = DrawPath(seed, step.number);
                          return {path(images, Pass::Training(&step.drop_path)), {}};
                        }};
  const std::string what = DescribeTraining();
  training::Train(trainee, *task_->Training(config_.batch_size, config_.keep_last_batch), config_,
                  seed, *device_, {checkpoint, what}, HooksOf(host_));
  files::WriteSafetensors(
      file, {TensorsOf(*network_), {{"training", what}, {kPartsKey, task_->DescribeParts()}}});
}

void SupernetOracle::Evaluate(const Query& query, std::span<double> metrics) {
  CallTorch([&] { Measure(query, metrics); });
}

void SupernetOracle::Measure(const Query& query, std::span<double> metrics) {
  if (!ready_) { throw InvalidError("evaluate before prepare, and no weights are given"); }
  if (query.fidelity < 1) {
    throw UnsupportedError("a supernet cannot be measured in part: the fidelity must be 1");
  }
  UseThreads(host_.Threads());
  const Evaluation result = Score(PathOf(query.architecture), query.seed);
  metrics[0] = result.top1;
  metrics[1] = result.top5;
}

void SupernetOracle::Calibrate(const SupernetPath& path) {
  const torch::NoGradGuard no_grad;
  images::Batch batch;
  std::size_t images = 0;
  calibration_->Begin(0);
  while (calibration_->Next(batch)) {
    host_.ThrowIfCancelled();
    images += batch.size;
    const double share = static_cast<double>(batch.size) / static_cast<double>(images);
    path(ImagesOf(batch, *device_), Pass::Calibration(share));
  }
}

Evaluation SupernetOracle::Score(const SupernetPath& path, std::uint64_t seed) {
  if (own_.tracks_moments()) { Calibrate(path); }
  const auto predict = [&](const Tensor& images) { return path(images, Pass::Evaluation()); };
  if (own_.scores_one_batch()) {
    validation_->Begin(seed);
    return EvaluateNext(predict, *validation_, *device_);
  }
  return training::Evaluate(predict, *validation_, *device_, [&] { host_.ThrowIfCancelled(); });
}

}  // namespace lode::training

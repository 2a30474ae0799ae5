#include "plugins/nb201_networks/supernet_oracle.h"

#include <lode/matrices.hpp>
#include <random>

#include "plugins/files/safetensors.h"
#include "plugins/files/write_file.h"
#include "plugins/training/checkpoint.h"

namespace nb201 {
namespace {

using torch::Tensor;
using training::Pass;
namespace fs = std::filesystem;

constexpr char kSupernetFile[] = "supernet.safetensors";
constexpr char kCheckpointFile[] = "checkpoint.safetensors";
constexpr char kPartsKey[] = "images";  // what the weights have seen, and what they have not

// The cell that a step trains: a function of the seed and the step.
Cell DrawCell(std::uint64_t seed, std::uint64_t step) {
  std::seed_seq words{seed & 0xffffffffU, seed >> 32, step & 0xffffffffU, step >> 32};
  std::mt19937 random(words);
  // 2^32 over 15625 leaves a bias of 4e-6.
  return FromIndex(static_cast<std::uint32_t>(random() % kArchitectures));
}

}  // namespace

lode::Params<SupernetOracle::Config> SupernetOracle::Parameters() {
  lode::Params<Config> params;
  AddNetworkParameters(params);
  params.emplace_back("weights", &Config::weights,
                      "A trained supernet, safetensors; \"\": it is trained before the search.",
                      lode::Path{});
  params.emplace_back("seed", &Config::seed,
                      "Of the supernet's first weights, batches and paths: all runs share one.",
                      lode::Range{0, 1e15});
  params.emplace_back("calibration_images", &Config::calibration_images,
                      "Training images that a cell's batch-norm moments are taken over.",
                      lode::Range{1, 1e9});
  params.emplace_back("evaluation_batch_size", &Config::evaluation_batch_size,
                      "Images in a batch of calibration and validation.", lode::Range{1, 65536});
  return params;
}

SupernetOracle::SupernetOracle(lode::Host host, const Config& config)
    : host_(host), config_(config) {
  if (config.validation_share == 0)
    throw lode::InvalidError(
        "validation_share is 0, and a supernet is measured on validation images");
}

std::vector<lode::Metric> SupernetOracle::Metrics() const {
  std::vector<lode::Metric> metrics{AccuracyMetric(config_, LODE_SPLIT_VALIDATION, false, false),
                                    AccuracyMetric(config_, LODE_SPLIT_VALIDATION, true, false)};
  if (!config_.weights.empty()) {  // `epochs` are of a training that is not done
    for (lode::Metric& metric : metrics) metric.epochs = 0;
  }
  return metrics;
}

void SupernetOracle::Bind(const lode::Space& space) {
  lode::RequireMatrices(space, {CellMatrix()}, "the networks are of the space nb201");
  device_ = training::DeviceOf(config_.device);
  task_.emplace(config_);
  shape_ = NetworkConfigOf(config_, *task_);
  network_ = Network(shape_, std::nullopt, static_cast<std::uint64_t>(config_.seed));
  network_->to(*device_);
  calibration_ = task_->Calibration(config_.calibration_images, config_.evaluation_batch_size);
  validation_ = task_->Validation(config_.evaluation_batch_size);
  if (!config_.weights.empty()) Load(config_.weights);
}

void SupernetOracle::Load(const fs::path& file) {
  const files::Safetensors contents = files::ReadSafetensors(file);
  const std::string parts = training::DescribeParts(config_);
  const auto trained_on = contents.metadata.find(kPartsKey);  // another program's file has none
  if (trained_on != contents.metadata.end() && trained_on->second != parts) {
    throw lode::InvalidError(file.string() + ": was trained on another part of the images: " +
                             trained_on->second + ", expected " + parts);
  }
  training::SetTensors(*network_, contents.tensors, file);
  ready_ = true;
}

void SupernetOracle::Prepare(const fs::path& directory) {
  if (ready_) return;
  const fs::path file = directory / kSupernetFile, checkpoint = directory / kCheckpointFile;
  files::RemovePartsOf(file);
  if (!fs::exists(file)) {
    training::CallTorch([&] { Train(file, checkpoint); });
  } else {
    Load(file);
  }
  fs::remove(checkpoint);
  ready_ = true;
}

void SupernetOracle::Train(const fs::path& file, const fs::path& checkpoint) {
  const auto seed = static_cast<std::uint64_t>(config_.seed);
  training::UseThreads(host_.Threads());
  const training::Trainee trainee{
      *network_, [&](const Tensor& images, const training::Step& step) {
        const Cell cell = DrawCell(seed, step.number);
        return training::Prediction{network_(images, cell, Pass::Training(&step.drop_path)), {}};
      }};
  const std::string what =
      Describe(config_, shape_, host_) + "; supernet, seed " + std::to_string(seed);
  training::Train(trainee, *task_->Training(config_.batch_size), config_, seed, *device_,
                  {checkpoint, what}, HooksOf(host_));
  files::WriteSafetensors(file,
                          {training::TensorsOf(*network_),
                           {{"training", what}, {kPartsKey, training::DescribeParts(config_)}}});
}

void SupernetOracle::Calibrate(const Cell& cell) {
  const torch::NoGradGuard no_grad;
  lode::images::Batch batch;
  std::size_t images = 0;
  calibration_->Begin(0);
  while (calibration_->Next(batch)) {
    host_.ThrowIfCancelled();
    images += batch.size;
    const double share = static_cast<double>(batch.size) / static_cast<double>(images);
    network_(training::ImagesOf(batch, *device_), cell, Pass::Calibration(share));
  }
}

void SupernetOracle::Evaluate(const lode::Query& query, std::span<double> metrics) {
  training::CallTorch([&] { Measure(query, metrics); });
}

void SupernetOracle::Measure(const lode::Query& query, std::span<double> metrics) {
  if (!ready_) throw lode::InvalidError("evaluate before prepare, and no weights are given");
  if (query.fidelity < 1)
    throw lode::UnsupportedError("a supernet is measured whole: the fidelity must be 1");
  const Cell cell = FromArchitecture(query.architecture);
  training::UseThreads(host_.Threads());
  Calibrate(cell);
  const auto result = training::Evaluate(
      [&](const Tensor& images) { return network_(images, cell, Pass::Evaluation()); },
      *validation_, *device_, [&] { host_.ThrowIfCancelled(); });
  metrics[0] = result.top1;
  metrics[1] = result.top5;
}

}  // namespace nb201

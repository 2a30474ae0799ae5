#include "plugins/spaces/nb201/networks/supernet_oracle.h"

#include <lode/matrices.hpp>
#include <utility>

#include "plugins/spaces/nb201/networks/path.h"
#include "toolkit/files/safetensors.h"
#include "toolkit/posix/write_file.h"
#include "toolkit/training/checkpoint.h"

namespace nb201 {
namespace {

using lode::training::Pass;
using torch::Tensor;
namespace fs = std::filesystem;

constexpr char kSupernetFile[] = "supernet.safetensors";
constexpr char kCheckpointFile[] = "checkpoint.safetensors";
constexpr char kPartsKey[] = "images";  // those that the weights have seen, and the others

// The parameters in which the methods of weight sharing differ.
void AddSharingParameters(lode::Params<SupernetOracle::Config>& params) {
  using Config = SupernetOracle::Config;
  params.emplace_back(
      "protocol", &Config::protocol,
      "Which images are used for what: split sets validation_share of the training images aside; "
      "benchmark uses the images that NAS-Bench-201's authors searched with: on CIFAR-10 the two "
      "halves of the training images, elsewhere all training images, and half of the test images "
      "to validate on.",
      lode::Choices{{"split", "benchmark"}});
  params.emplace_back("affine", &Config::affine,
                      "Whether the norms of the cells have weights and biases.");
  params.emplace_back(
      "moments", &Config::moments,
      "Batch-norm moments in the cells: calibrated recomputes a cell's own over training images "
      "for each query; batch tracks nothing and uses those of each batch, in training and in "
      "queries.",
      lode::Choices{{"calibrated", "batch"}});
  params.emplace_back(
      "path", &Config::path,
      "The path of a training batch: network draws one cell uniformly for the whole network; cell "
      "draws one for each cell of the network, uniformly from the cells in which every node has an "
      "edge that is not `none`.",
      lode::Choices{{"network", "cell"}});
  params.emplace_back(
      "scoring", &Config::scoring,
      "What a query is measured on: all validation images, or one batch of them, drawn by the "
      "query's seed, which is fast and noisy.",
      lode::Choices{{"all", "batch"}});
}

// How the benchmark's authors train and score shared weights.
std::vector<std::pair<const char*, lode::PresetValue>> PublishedSharing(const char* path,
                                                                        double clip_norm) {
  return {{"affine", false},
          {"moments", "batch"},
          {"path", path},
          {"scoring", "batch"},
          {"evaluation_batch_size", std::int64_t{512}},
          {"clip_norm", clip_norm},
          {"epochs", std::int64_t{250}},
          {"batch_size", std::int64_t{64}},
          {"initialization", "pytorch"},
          {"schedule", "epoch"},
          {"keep_last_batch", true}};
}

}  // namespace

lode::Params<SupernetOracle::Config> SupernetOracle::Parameters() {
  lode::Params<Config> params;
  AddNetworkParameters(params);
  params.emplace_back("weights", &Config::weights,
                      "A trained supernet, safetensors; \"\": train it before the search.",
                      lode::Path{});
  params.emplace_back(
      "seed", &Config::seed,
      "Seed of the supernet's first weights, batches and paths; all runs share the supernet.",
      lode::Range{0, 1e15});
  params.emplace_back("calibration_images", &Config::calibration_images,
                      "Training images that a cell's batch-norm moments are computed over.",
                      lode::Range{1, 1e9});
  params.emplace_back("evaluation_batch_size", &Config::evaluation_batch_size,
                      "Images in a batch of calibration and validation.", lode::Range{1, 65536});
  AddSharingParameters(params);
  return params;
}

// The learning rates, batches and decay of all three presets are the defaults: SPOS and RSPS had
// theirs for other networks.
lode::Presets SupernetOracle::Presets() {
  return {
      {"spos",
       "Single Path One-Shot (Guo et al., ECCV 2020) as in its authors' program: norms not affine, "
       "moments recomputed, label smoothing 0.1, momentum without Nesterov. Its learning rates, "
       "which are for ImageNet, are not used.",
       {{"affine", false},
        {"moments", "calibrated"},
        {"path", "network"},
        {"scoring", "all"},
        {"label_smoothing", 0.1},
        {"nesterov", false}}},
      {"rsps",
       "Random search with parameter sharing (Li and Talwalkar, UAI 2019) as the benchmark's "
       "authors run it: norms neither affine nor tracked, a cell for each batch, a query scored on "
       "one batch of 512 images, gradients clipped at 5, 250 epochs.",
       PublishedSharing("network", 5)},
      {"setn",
       "The shared weights of SETN (Dong and Yang, ICCV 2019) as in the benchmark's first release: "
       "like rsps, but each cell of the network draws its own path for each batch, and gradients "
       "are not clipped. SETN's learned choice of candidates is not included: that is up to the "
       "optimizer.",
       PublishedSharing("cell", 0)}};
}

SupernetOracle::SupernetOracle(lode::Host host, const Config& config)
    : host_(host), config_(config) {
  if (config.validation_share == 0) {
    throw lode::InvalidError(
        "validation_share is 0, and a supernet is measured on validation images");
  }
}

std::vector<lode::Metric> SupernetOracle::Metrics() const {
  const bool noisy = scores_one_batch();
  std::vector<lode::Metric> metrics{AccuracyMetric(config_, LODE_SPLIT_VALIDATION, false, noisy),
                                    AccuracyMetric(config_, LODE_SPLIT_VALIDATION, true, noisy)};
  if (!config_.weights.empty()) {  // `epochs` describes a training that does not happen
    for (lode::Metric& metric : metrics) { metric.epochs = 0; }
  }
  return metrics;
}

void SupernetOracle::Bind(const lode::Space& space) {
  lode::RequireMatrices(space, {CellMatrix()}, "the networks are of the space nb201");
  device_ = lode::training::DeviceOf(config_.device);
  task_.emplace(TaskOf(config_));
  shape_ = NetworkConfigOf(config_, *task_);
  shape_.affine = config_.affine;
  shape_.tracks_moments = config_.moments != "batch";
  network_ = Network(shape_, std::nullopt, static_cast<std::uint64_t>(config_.seed));
  network_->to(*device_);
  calibration_ = task_->Calibration(config_.calibration_images, config_.evaluation_batch_size);
  validation_ = scores_one_batch() ? task_->ShuffledValidation(config_.evaluation_batch_size)
                                   : task_->Validation(config_.evaluation_batch_size);
  if (!config_.weights.empty()) { Load(config_.weights); }
}

void SupernetOracle::Load(const fs::path& file) {
  const lode::files::Safetensors contents = lode::files::ReadSafetensors(file);
  const std::string parts = task_->DescribeParts();
  const auto trained_on = contents.metadata.find(kPartsKey);  // files from other programs have none
  if (trained_on != contents.metadata.end() && trained_on->second != parts) {
    throw lode::InvalidError(file.string() + ": was trained on a different part of the images: " +
                             trained_on->second + ", expected " + parts);
  }
  lode::training::SetTensors(*network_, contents.tensors, file);
  ready_ = true;
}

void SupernetOracle::Prepare(const fs::path& directory) {
  if (ready_) { return; }
  const fs::path file = directory / kSupernetFile, checkpoint = directory / kCheckpointFile;
  lode::posix::RemovePartsOf(file);
  if (!fs::exists(file)) {
    lode::training::CallTorch([&] { Train(file, checkpoint); });
  } else {
    Load(file);
  }
  fs::remove(checkpoint);
  ready_ = true;
}

void SupernetOracle::Train(const fs::path& file, const fs::path& checkpoint) {
  const auto seed = static_cast<std::uint64_t>(config_.seed);
  lode::training::UseThreads(host_.Threads());
  const lode::training::Trainee trainee{
      *network_, [&](const Tensor& images, const lode::training::Step& step) {
        const std::vector<Cell> cells = config_.path == "cell"
                                            ? DrawCells(seed, step.number, network_->cell_modules())
                                            : std::vector<Cell>{DrawCell(seed, step.number)};
        const Pass pass = Pass::Training(&step.drop_path);
        return lode::training::Prediction{network_->Follow(images, cells, pass), {}};
      }};
  const std::string what = DescribeNetworks(config_, shape_) + "; " +
                           lode::training::Describe(config_, *task_, host_) + "; supernet, seed " +
                           std::to_string(seed) +
                           (config_.path == "cell" ? ", a path for each cell" : "");
  lode::training::Train(trainee, *task_->Training(config_.batch_size, config_.keep_last_batch),
                        config_, seed, *device_, {checkpoint, what},
                        lode::training::HooksOf(host_));
  lode::files::WriteSafetensors(file, {lode::training::TensorsOf(*network_),
                                       {{"training", what}, {kPartsKey, task_->DescribeParts()}}});
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
    network_(lode::training::ImagesOf(batch, *device_), cell, Pass::Calibration(share));
  }
}

void SupernetOracle::Evaluate(const lode::Query& query, std::span<double> metrics) {
  lode::training::CallTorch([&] { Measure(query, metrics); });
}

void SupernetOracle::Measure(const lode::Query& query, std::span<double> metrics) {
  if (!ready_) { throw lode::InvalidError("evaluate before prepare, and no weights are given"); }
  if (query.fidelity < 1) {
    throw lode::UnsupportedError("a supernet cannot be measured in part: the fidelity must be 1");
  }
  const Cell cell = FromArchitecture(query.architecture);
  lode::training::UseThreads(host_.Threads());
  if (shape_.tracks_moments) { Calibrate(cell); }
  const lode::training::Evaluation result = Score(query, cell);
  metrics[0] = result.top1;
  metrics[1] = result.top5;
}

lode::training::Evaluation SupernetOracle::Score(const lode::Query& query, const Cell& cell) {
  const auto predict = [&](const Tensor& images) {
    return network_(images, cell, Pass::Evaluation());
  };
  if (scores_one_batch()) {
    validation_->Begin(query.seed);
    return lode::training::EvaluateNext(predict, *validation_, *device_);
  }
  return lode::training::Evaluate(predict, *validation_, *device_,
                                  [&] { host_.ThrowIfCancelled(); });
}

}  // namespace nb201

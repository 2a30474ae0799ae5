#include "plugins/spaces/nb201/networks/train_oracle.h"

#include <algorithm>
#include <cmath>
#include <lode/matrices.hpp>
#include <optional>
#include <string>

#include "toolkit/posix/file_lock.h"
#include "toolkit/training/macs.h"

namespace nb201 {

using lode::training::Pass;
using torch::Tensor;
namespace fs = std::filesystem;

namespace {

// Removes the file unless another process is training from it. A file that remains does no harm.
void RemoveUnlocked(const fs::path& file) {
  try {
    if (lode::posix::FileLock::Try(file.string() + ".lock")) { fs::remove(file); }
  } catch (const std::exception&) {}
}

}  // namespace

lode::Params<TrainOracle::Config> TrainOracle::Parameters() {
  lode::Params<Config> params;
  AddNetworkParameters(params);
  params.emplace_back(
      "protocol", &Config::protocol,
      "Which images are used for what: split sets validation_share of the training images aside; "
      "benchmark does what NAS-Bench-201's authors did, whatever initialization, schedule and "
      "keep_last_batch say: PyTorch's first weights, a cosine that moves by the epoch, and last "
      "batches kept. On CIFAR-10 it validates after training on one half of the training images, "
      "and tests after a second training on all of them; elsewhere it trains on all training "
      "images, and validates and tests on one half each of the test images.",
      lode::Choices{{"split", "benchmark"}});
  params.emplace_back("test", &Config::test,
                      "Measure the test images too; false saves the benchmark's second training.");
  params.emplace_back("keep_weights", &Config::keep_weights,
                      "Leave each trained network's weights where checkpoints are kept.");
  return params;
}

TrainOracle::TrainOracle(lode::Host host, const Config& config) : host_(host), config_(config) {
  if (!config_.test && !measures_validation()) {
    throw lode::InvalidError("validation_share is 0 and test is false: nothing is measured");
  }
  if (!config_.follows_benchmark()) { return; }
  config_.initialization = "pytorch";
  config_.schedule = "epoch";
  config_.keep_last_batch = true;
}

std::vector<lode::Metric> TrainOracle::Metrics() const {
  std::vector<lode::Metric> metrics;
  for (const lode_split split : {LODE_SPLIT_VALIDATION, LODE_SPLIT_TEST}) {
    if (split == LODE_SPLIT_VALIDATION ? !measures_validation() : !config_.test) { continue; }
    for (const bool top5 : {false, true}) {
      metrics.push_back(AccuracyMetric(config_, split, top5, true));
    }
  }
  return metrics;
}

lode::Fidelities TrainOracle::Fidelities() const {
  return lode::Fidelities::Range(1 / static_cast<double>(config_.epochs));
}

void TrainOracle::Bind(const lode::Space& space) {
  lode::RequireMatrices(space, {CellMatrix()}, "the networks are of the space nb201");
  device_ = lode::training::DeviceOf(config_.device);
  task_.emplace(TaskOf(config_));
  network_ = NetworkConfigOf(config_, *task_);
}

bool TrainOracle::tests_a_second_network() const {
  return config_.test && config_.follows_benchmark() && config_.dataset == "cifar10";
}

lode::training::CheckpointPlace TrainOracle::PlaceOf(const lode::Query& query, const Cell& cell,
                                                     TrainedOn on) const {
  if (directory_.empty()) { return {}; }
  const bool all = on == TrainedOn::kAll;
  const std::string seed = std::to_string(query.seed);
  const std::string part =
      query.fidelity < 1 ? "-epochs-" + std::to_string(EpochsOf(query)) : std::string();
  const std::string name =
      "cell-" + std::to_string(ToIndex(cell)) + "-seed-" + seed + part + (all ? "-all" : "");
  return {directory_ / (name + ".safetensors"),
          Describe(config_, network_, *task_, host_) + "; " + Format(cell) + ", seed " + seed +
              ", fidelity " + std::to_string(query.fidelity) + (all ? ", all images" : "")};
}

std::int64_t TrainOracle::MacsOf(Network& network, const Cell& cell) const {
  const torch::NoGradGuard no_grad;
  const Tensor image =
      torch::zeros({1, network_.image_channels, task_->side(), task_->side()}, *device_);
  return lode::training::MacsOf([&] { network(image, cell, Pass::Evaluation()); });
}

TrainOracle::~TrainOracle() { RemoveCheckpoints(finished_.size()); }

void TrainOracle::Evaluate(const lode::Query& query, std::span<double> metrics) {
  const std::size_t earlier = finished_.size();
  try {
    lode::training::CallTorch([&] { Measure(query, metrics); });
  } catch (...) {
    finished_.resize(earlier);  // so that the first of two trainings need not be repeated
    throw;
  }
  RemoveCheckpoints(earlier);
}

void TrainOracle::RemoveCheckpoints(std::size_t count) {
  const std::vector<fs::path> removed(finished_.begin(),
                                      finished_.begin() + static_cast<std::ptrdiff_t>(count));
  finished_.erase(finished_.begin(), finished_.begin() + static_cast<std::ptrdiff_t>(count));
  for (const fs::path& file : removed) {
    if (std::find(finished_.begin(), finished_.end(), file) == finished_.end()) {
      RemoveUnlocked(file);
    }
  }
}

void TrainOracle::Measure(const lode::Query& query, std::span<double> metrics) {
  const Cell cell = FromArchitecture(query.architecture);
  lode::training::UseThreads(host_.Threads());
  Network network = Trained(query, cell, TrainedOn::kPart);
  RecordSize(network, cell);
  if (measures_validation()) {
    MeasureOn(*task_->Validation(config_.batch_size), network, cell, metrics.first(2));
    metrics = metrics.subspan(2);
  }
  if (!config_.test) { return; }
  if (tests_a_second_network()) { network = Trained(query, cell, TrainedOn::kAll); }
  MeasureOn(*task_->Test(config_.batch_size), network, cell, metrics);
}

Network TrainOracle::Trained(const lode::Query& query, const Cell& cell, TrainedOn on) {
  Network network(network_, cell, query.seed);
  network->to(*device_);
  // Concurrent runs of the same training (points of a grid) need no second checkpoint.
  lode::training::CheckpointPlace place = PlaceOf(query, cell, on);
  const auto lock = place.file.empty() ? std::optional<lode::posix::FileLock>()
                                       : lode::posix::FileLock::Try(place.file.string() + ".lock");
  if (!lock) { place = {}; }
  RecordTraining(on, Train(network, cell, query, on, place));
  if (!config_.keep_weights && !place.file.empty()) { finished_.push_back(place.file); }
  return network;
}

std::int64_t TrainOracle::EpochsOf(const lode::Query& query) const {
  const auto all = static_cast<double>(config_.epochs);
  return std::max<std::int64_t>(1, std::llround(query.fidelity * all));
}

lode::training::Evaluation TrainOracle::Train(Network& network, const Cell& cell,
                                              const lode::Query& query, TrainedOn on,
                                              const lode::training::CheckpointPlace& place) const {
  lode::training::TrainingConfig config = config_;
  config.epochs = EpochsOf(query);
  const lode::training::Trainee trainee{
      *network, [&](const Tensor& images, const lode::training::Step& step) {
        return lode::training::Prediction{network(images, cell, Pass::Training(&step.drop_path)),
                                          {}};
      }};
  const auto images = on == TrainedOn::kAll
                          ? task_->TrainingOnAll(config.batch_size, config.keep_last_batch)
                          : task_->Training(config.batch_size, config.keep_last_batch);
  return lode::training::Train(trainee, *images, config, query.seed, *device_, place,
                               HooksOf(host_));
}

void TrainOracle::RecordTraining(TrainedOn on, const lode::training::Evaluation& trained) const {
  const bool all = on == TrainedOn::kAll;
  host_.Record(all ? "all_train_loss" : "train_loss", trained.loss);
  host_.Record(all ? "all_train_accuracy" : "train_accuracy", trained.top1);
}

void TrainOracle::RecordSize(Network& network, const Cell& cell) const {
  host_.Record("parameters", static_cast<double>(network->ParametersOf(cell)));
  // Like the space's macs, counts one for each of the classifier's biases.
  host_.Record("multiply_adds", static_cast<double>(MacsOf(network, cell) + network_.classes));
}

void TrainOracle::MeasureOn(lode::images::Loader& loader, Network& network, const Cell& cell,
                            std::span<double> metrics) const {
  const auto result = lode::training::Evaluate(
      [&](const Tensor& images) { return network(images, cell, Pass::Evaluation()); }, loader,
      *device_, [&] { host_.ThrowIfCancelled(); });
  metrics[0] = result.top1;
  metrics[1] = result.top5;
}

}  // namespace nb201

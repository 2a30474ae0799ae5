#include "plugins/nb201_networks/train_oracle.h"

#include <algorithm>
#include <cmath>
#include <lode/matrices.hpp>
#include <optional>
#include <string>

#include "plugins/files/file_lock.h"
#include "plugins/training/multiply_adds.h"

namespace nb201 {

using torch::Tensor;
using training::Pass;

lode::Params<TrainOracle::Config> TrainOracle::Parameters() {
  lode::Params<Config> params;
  AddNetworkParameters(params);
  params.emplace_back("keep_weights", &Config::keep_weights,
                      "Leave each trained network's weights where checkpoints are kept.");
  return params;
}

TrainOracle::TrainOracle(lode::Host host, const Config& config) : host_(host), config_(config) {}

std::vector<lode::Metric> TrainOracle::Metrics() const {
  std::vector<lode::Metric> metrics;
  for (const lode_split split : {LODE_SPLIT_VALIDATION, LODE_SPLIT_TEST}) {
    if (split == LODE_SPLIT_VALIDATION && config_.validation_share == 0) continue;
    for (const bool top5 : {false, true})
      metrics.push_back(AccuracyMetric(config_, split, top5, true));
  }
  return metrics;
}

void TrainOracle::Bind(const lode::Space& space) {
  lode::RequireMatrices(space, {CellMatrix()}, "the networks are of the space nb201");
  device_ = training::DeviceOf(config_.device);
  task_.emplace(config_);
  network_ = NetworkConfigOf(config_, *task_);
}

training::CheckpointPlace TrainOracle::PlaceOf(const lode::Query& query, const Cell& cell) const {
  if (directory_.empty()) return {};
  const std::string name = "cell-" + std::to_string(ToIndex(cell)) + "-seed-" +
                           std::to_string(query.seed) + ".safetensors";
  return {directory_ / name, Describe(config_, network_, host_) + "; " + Format(cell) + ", seed " +
                                 std::to_string(query.seed) + ", fidelity " +
                                 std::to_string(query.fidelity)};
}

std::int64_t TrainOracle::MultiplyAddsOf(Network& network, const Cell& cell) const {
  const torch::NoGradGuard no_grad;
  const Tensor image =
      torch::zeros({1, network_.image_channels, task_->side(), task_->side()}, *device_);
  return training::MultiplyAddsOf([&] { network(image, cell, Pass::Evaluation()); });
}

void TrainOracle::Evaluate(const lode::Query& query, std::span<double> metrics) {
  training::CallTorch([&] { Measure(query, metrics); });
}

void TrainOracle::Measure(const lode::Query& query, std::span<double> metrics) {
  const Cell cell = FromArchitecture(query.architecture);
  training::UseThreads(host_.Threads());
  Network network(network_, cell, query.seed);
  network->to(*device_);
  // Runs that train the same at the same time, points of a grid, need no second checkpoint.
  training::CheckpointPlace place = PlaceOf(query, cell);
  const auto lock = place.file.empty() ? std::optional<files::FileLock>()
                                       : files::FileLock::Try(place.file.string() + ".lock");
  if (!lock) place = {};
  const training::Evaluation trained = Train(network, cell, query, place);
  MeasureParts(network, cell, metrics);
  host_.Record("parameters", static_cast<double>(network->ParametersOf(cell)));
  host_.Record("multiply_adds", static_cast<double>(MultiplyAddsOf(network, cell)));
  host_.Record("train_loss", trained.loss);
  host_.Record("train_accuracy", trained.top1);
  if (!config_.keep_weights && !place.file.empty()) std::filesystem::remove(place.file);
}

training::Evaluation TrainOracle::Train(Network& network, const Cell& cell,
                                        const lode::Query& query,
                                        const training::CheckpointPlace& place) const {
  training::TrainingConfig config = config_;
  config.epochs =
      std::max<std::int64_t>(1, std::llround(query.fidelity * static_cast<double>(config_.epochs)));
  const training::Trainee trainee{
      *network, [&](const Tensor& images, const training::Step& step) {
        return training::Prediction{network(images, cell, Pass::Training(&step.drop_path)), {}};
      }};
  return training::Train(trainee, *task_->Training(config.batch_size), config, query.seed, *device_,
                         place, HooksOf(host_));
}

void TrainOracle::MeasureParts(Network& network, const Cell& cell,
                               std::span<double> metrics) const {
  std::size_t next = 0;
  const auto measure = [&](const std::unique_ptr<lode::images::Loader>& loader) {
    const auto result = training::Evaluate(
        [&](const Tensor& images) { return network(images, cell, Pass::Evaluation()); }, *loader,
        *device_, [&] { host_.ThrowIfCancelled(); });
    metrics[next++] = result.top1;
    metrics[next++] = result.top5;
  };
  if (task_->has_validation()) measure(task_->Validation(config_.batch_size));
  measure(task_->Test(config_.batch_size));
}

}  // namespace nb201

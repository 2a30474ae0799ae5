#include "toolkit/training/train_oracle.h"

#include <algorithm>
#include <cmath>

#include "toolkit/posix/file_lock.h"
#include "toolkit/training/macs.h"

namespace lode::training {
namespace {

using torch::Tensor;
namespace fs = std::filesystem;

// Removes the file unless another process is training from it. A file that remains does no harm.
void RemoveUnlocked(const fs::path& file) {
  try {
    if (posix::FileLock::Try(file.string() + ".lock")) { fs::remove(file); }
  } catch (const std::exception&) {}
}

}  // namespace

TrainOracle::TrainOracle(Host host, const NetworkOracleConfig& config, const TrainOracleConfig& own)
    : host_(host), config_(config), own_(own) {
  if (!own_.test && !measures_validation()) {
    throw InvalidError("validation_share is 0 and test is false: nothing is measured");
  }
}

TrainOracle::~TrainOracle() { RemoveCheckpoints(finished_.size()); }

std::vector<Metric> TrainOracle::Metrics() const {
  std::vector<Metric> metrics;
  for (const lode_split split : {LODE_SPLIT_VALIDATION, LODE_SPLIT_TEST}) {
    if (split == LODE_SPLIT_VALIDATION ? !measures_validation() : !own_.test) { continue; }
    for (const bool top5 : {false, true}) {
      metrics.push_back(AccuracyMetric(config_, split, top5, true));
    }
  }
  return metrics;
}

lode::Fidelities TrainOracle::Fidelities() const {
  return lode::Fidelities::Range(1 / static_cast<double>(config_.epochs));
}

void TrainOracle::Bind(const Space& space) {
  CheckSpace(space);
  device_ = DeviceOf(config_.device);
  task_.emplace(OpenTask());
  FitTo(*task_);
}

CheckpointPlace TrainOracle::PlaceOf(const Query& query, TrainedOn on) const {
  if (directory_.empty()) { return {}; }
  const bool all = on == TrainedOn::kAll;
  const std::string seed = std::to_string(query.seed);
  const std::string part =
      query.fidelity < 1 ? "-epochs-" + std::to_string(EpochsOf(query)) : std::string();
  const std::string name =
      FileNameOf(query.architecture) + "-seed-" + seed + part + (all ? "-all" : "");
  return {directory_ / (name + ".safetensors"),
          DescribeNetworks() + "; " + Describe(config_, *task_, host_) + "; " +
              DescribeArchitecture(query.architecture) + ", seed " + seed + ", fidelity " +
              std::to_string(query.fidelity) + (all ? ", all images" : "")};
}

void TrainOracle::Evaluate(const Query& query, std::span<double> metrics) {
  const std::size_t earlier = finished_.size();
  try {
    CallTorch([&] { Measure(query, metrics); });
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

void TrainOracle::Measure(const Query& query, std::span<double> metrics) {
  UseThreads(host_.Threads());
  Candidate candidate = Trained(query, TrainedOn::kPart);
  RecordSize(candidate);
  if (measures_validation()) {
    MeasureOn(*task_->Validation(config_.batch_size), candidate, metrics.first(2));
    metrics = metrics.subspan(2);
  }
  if (!own_.test) { return; }
  if (tests_a_second_network()) { candidate = Trained(query, TrainedOn::kAll); }
  MeasureOn(*task_->Test(config_.batch_size), candidate, metrics);
}

Candidate TrainOracle::Trained(const Query& query, TrainedOn on) {
  Candidate candidate = Make(query.architecture, query.seed);
  candidate.module->to(*device_);
  // Concurrent runs of the same training (points of a grid) need no second checkpoint.
  CheckpointPlace place = PlaceOf(query, on);
  const auto lock = place.file.empty() ? std::optional<posix::FileLock>()
                                       : posix::FileLock::Try(place.file.string() + ".lock");
  if (!lock) { place = {}; }
  RecordTraining(on, Train(candidate, query, on, place));
  if (!own_.keep_weights && !place.file.empty()) { finished_.push_back(place.file); }
  return candidate;
}

std::int64_t TrainOracle::EpochsOf(const Query& query) const {
  const auto all = static_cast<double>(config_.epochs);
  return std::max<std::int64_t>(1, std::llround(query.fidelity * all));
}

Evaluation TrainOracle::Train(const Candidate& candidate, const Query& query, TrainedOn on,
                              const CheckpointPlace& place) const {
  TrainingConfig config = config_;
  config.epochs = EpochsOf(query);
  const Trainee trainee{*candidate.module, [&](const Tensor& images, const Step& step) {
                          return candidate.forward(images, Pass::Training(&step.drop_path));
                        }};
  const auto images = on == TrainedOn::kAll
                          ? task_->TrainingOnAll(config.batch_size, config.keep_last_batch)
                          : task_->Training(config.batch_size, config.keep_last_batch);
  return training::Train(trainee, *images, config, query.seed, *device_, place, HooksOf(host_));
}

void TrainOracle::RecordTraining(TrainedOn on, const Evaluation& trained) const {
  const bool all = on == TrainedOn::kAll;
  host_.Record(all ? "all_train_loss" : "train_loss", trained.loss);
  host_.Record(all ? "all_train_accuracy" : "train_accuracy", trained.top1);
}

void TrainOracle::RecordSize(const Candidate& candidate) const {
  const torch::NoGradGuard no_grad;
  const Tensor image = torch::zeros({1, task_->channels(), task_->side(), task_->side()}, *device_);
  const std::int64_t macs = MacsOf([&] { candidate.forward(image, Pass::Evaluation()); });
  host_.Record("parameters", static_cast<double>(candidate.parameters));
  host_.Record("multiply_adds", static_cast<double>(macs + candidate.further_macs));
}

void TrainOracle::MeasureOn(images::Loader& loader, const Candidate& candidate,
                            std::span<double> metrics) const {
  const auto result = training::Evaluate(
      [&](const Tensor& images) { return candidate.forward(images, Pass::Evaluation()).logits; },
      loader, *device_, [&] { host_.ThrowIfCancelled(); });
  metrics[0] = result.top1;
  metrics[1] = result.top5;
}

}  // namespace lode::training

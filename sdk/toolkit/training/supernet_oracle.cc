#include "toolkit/training/supernet_oracle.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <lode/text.hpp>
#include <span>
#include <utility>

#include "toolkit/files/safetensors.h"
#include "toolkit/posix/write_file.h"
#include "toolkit/training/checkpoint.h"

namespace lode::training {
namespace {

using torch::Tensor;
namespace fs = std::filesystem;

constexpr char kSupernetFile[] = "supernet.safetensors";
constexpr char kAccuracyEnvKey[] = "accuracy_env";

// Of random paths that no batch is trained along.
std::uint64_t EnvironmentSeed(std::uint64_t seed) { return ~seed; }

fs::path CheckpointOf(const SupernetPhase& phase, const fs::path& directory) {
  const std::string name = phase.name.empty() ? "" : "-" + phase.name;
  return directory / ("checkpoint" + name + ".safetensors");
}

// The work of phases: their epochs, each as long as its steps have paths.
double WorkOf(std::span<const SupernetPhase> phases) {
  double work = 0;
  for (const SupernetPhase& phase : phases) {
    work += static_cast<double>(phase.config.epochs) * static_cast<double>(phase.paths);
  }
  return work;
}

// A phase's part of all work.
struct PhaseShare {
  PhaseShare(std::span<const SupernetPhase> all, std::size_t phase)
      : before(WorkOf(all.first(phase)) / WorkOf(all)),
        own(WorkOf(all.subspan(phase, 1)) / WorkOf(all)) {}

  // The fraction of all work after a fraction of the phase.
  double After(double fraction) const { return before + fraction * own; }

  double before, own;
};

TrainingHooks PhaseHooks(const Host& host, const SupernetPhase& phase, const PhaseShare& share) {
  TrainingHooks hooks = HooksOf(host);
  const std::string name = phase.name.empty() ? "" : phase.name + ", ";
  hooks.progress = [=, report = hooks.progress](double fraction, const std::string& what) {
    report(share.After(fraction), name + what);
  };
  return hooks;
}

}  // namespace

// Measures random paths after each epoch (AccEnv of L2NAS, eq. 7).
class SupernetOracle::Environment : public EpochObserver {
 public:
  // `phases`: of the training, which this looks at in the last one.
  Environment(SupernetOracle& oracle, const std::vector<SupernetPhase>& phases)
      : oracle_(oracle),
        share_(phases, phases.size() - 1),
        epochs_(static_cast<std::uint64_t>(phases.back().config.epochs)) {}

  // The highest accuracy of an epoch so far, in percent.
  double accuracy() const { return accuracy_; }

  void AfterEpoch(std::uint64_t epoch) override {
    const auto paths = static_cast<std::uint64_t>(oracle_.own_.env_paths);
    double sum = 0, best = 0;
    for (std::uint64_t number = epoch * paths; number < (epoch + 1) * paths; ++number) {
      Report(epoch, number % paths);
      const double accuracy = AccuracyOf(number);
      sum += accuracy;
      best = std::max(best, accuracy);
    }
    const bool takes_best = oracle_.own_.env_statistic == "max";
    accuracy_ = std::max(accuracy_, takes_best ? best : sum / static_cast<double>(paths));
  }

  std::string State() const override {
    char text[32];
    const auto [end, error] = std::to_chars(std::begin(text), std::end(text), accuracy_);
    return {text, end};
  }

  void SetState(const std::string& state) override {
    const auto [end, error] = std::from_chars(state.data(), state.data() + state.size(), accuracy_);
    if (error != std::errc() || end != state.data() + state.size()) {
      throw IoError("the checkpoint's accuracy of random paths is " + Quote(state) +
                    ", expected a number");
    }
  }

 private:
  void Report(std::uint64_t epoch, std::uint64_t path) const {
    const double done = static_cast<double>(epoch + 1) / static_cast<double>(epochs_);
    const std::string text = "epoch " + std::to_string(epoch + 1) + " of " +
                             std::to_string(epochs_) + ", measuring random path " +
                             std::to_string(path + 1) + " of " +
                             std::to_string(oracle_.own_.env_paths);
    oracle_.host_.Progress(share_.After(done), text.c_str());
  }

  double AccuracyOf(std::uint64_t number) {
    const auto seed = EnvironmentSeed(static_cast<std::uint64_t>(oracle_.own_.seed));
    return oracle_.Score(oracle_.network_->DrawPath(seed, number), number).top1;
  }

  SupernetOracle& oracle_;
  const PhaseShare share_;
  const std::uint64_t epochs_;
  double accuracy_ = 0;
};

SupernetOracle::SupernetOracle(Host host, const NetworkOracleConfig& config,
                               const SupernetOracleConfig& own)
    : host_(host), config_(config), own_(own) {
  if (config.validation_share == 0) {
    throw InvalidError("validation_share is 0, and a supernet is measured on validation images");
  }
}

std::vector<Metric> SupernetOracle::Metrics() const {
  const bool noisy = own_.scores_one_batch();
  std::vector<Metric> metrics{AccuracyMetric(config_, measured_split(), false, noisy),
                              AccuracyMetric(config_, measured_split(), true, noisy)};
  if (!own_.weights.empty()) {  // `epochs` describes a training that does not happen
    for (Metric& metric : metrics) { metric.epochs = 0; }
  }
  return metrics;
}

void SupernetOracle::Bind(const Space& space) {
  CheckSpace(space);
  device_ = DeviceOf(config_.device);
  task_.emplace(OpenTask());
  network_ = Make(*task_, {.seed = static_cast<std::uint64_t>(own_.seed)});
  network_->module().to(*device_);
  relaxed_ = MakeRelaxed(space.cells());
  calibration_ = task_->Calibration(own_.calibration_images, own_.evaluation_batch_size);
  validation_ = own_.scores_one_batch() ? task_->ShuffledValidation(own_.evaluation_batch_size)
                                        : task_->Validation(own_.evaluation_batch_size);
  if (!own_.weights.empty()) { Load(own_.weights); }
}

void SupernetOracle::Load(const fs::path& file) {
  SetTensors(network_->module(), ReadWeights(file, *task_).tensors, file);
  ready_ = true;
}

void SupernetOracle::Prepare(const fs::path& directory) {
  if (ready_) { return; }
  const fs::path file = directory / kSupernetFile;
  const std::vector<SupernetPhase> phases = PhasesOf(*network_);
  posix::RemovePartsOf(file);
  if (!fs::exists(file)) {
    CallTorch([&] { Train(file, phases); });
  } else {
    Load(file);
  }
  for (const SupernetPhase& phase : phases) { fs::remove(CheckpointOf(phase, directory)); }
  ready_ = true;
}

std::vector<SupernetPhase> SupernetOracle::PhasesOf(SharedNetwork& network) const {
  const auto seed = static_cast<std::uint64_t>(own_.seed);
  const auto draw = [&network, seed](std::uint64_t step, std::uint64_t) {
    return network.DrawPath(seed, step);
  };
  return {{"", config_, seed, draw}};
}

std::string SupernetOracle::DescribeTraining() const {
  std::string text = DescribeNetwork(*task_) + "; " + Describe(config_, *task_, host_) +
                     "; supernet, seed " + std::to_string(own_.seed) + DescribePaths();
  if (own_.env_paths > 0) {
    text += ", " + own_.env_statistic + " of " + std::to_string(own_.env_paths) +
            " paths by epoch, moments " + own_.moments + ", scoring " + own_.scoring;
  }
  return text;
}

// A finished phase's checkpoint stays until all are finished: what the phases did between them is
// done again when the training continues.
void SupernetOracle::Train(const fs::path& file, const std::vector<SupernetPhase>& phases) {
  UseThreads(host_.Threads());
  Environment environment(*this, phases);
  for (std::size_t i = 0; i < phases.size(); ++i) {
    const bool observes = own_.env_paths > 0 && i + 1 == phases.size();
    TrainPhase(phases[i], CheckpointOf(phases[i], file.parent_path()),
               observes ? &environment : nullptr,
               PhaseHooks(host_, phases[i], PhaseShare(phases, i)));
  }
  files::Metadata metadata = SplitOf(*task_);
  metadata.emplace("training", DescribeTraining());
  if (own_.env_paths > 0) { metadata.emplace(kAccuracyEnvKey, environment.State()); }
  files::WriteSafetensors(file, {TensorsOf(network_->module()), metadata});
}

void SupernetOracle::TrainPhase(const SupernetPhase& phase, const fs::path& checkpoint,
                                EpochObserver* observer, const TrainingHooks& hooks) {
  if (phase.begin) { phase.begin(); }
  const Trainee trainee{network_->module(),
                        [&](const Tensor& images, const Step& step) -> Prediction {
                          const SupernetPath path = phase.draw(step.number, step.path);
                          return {path(images, Pass::Training(&step.drop_path)), {}};
                        },
                        observer, phase.paths, phase.teacher};
  const std::string name = phase.name.empty() ? "" : "; " + phase.name;
  training::Train(trainee, *task_->Training(phase.config.batch_size, phase.config.keep_last_batch),
                  phase.config, phase.seed, *device_, {checkpoint, DescribeTraining() + name},
                  hooks);
}

void SupernetOracle::Evaluate(const Query& query, std::span<double> metrics) {
  CallTorch([&] { Measure(query, metrics); });
}

void SupernetOracle::Measure(const Query& query, std::span<double> metrics) {
  if (query.fidelity < 1) {
    throw UnsupportedError("a supernet cannot be measured in part: the fidelity must be 1");
  }
  UseThreads(host_.Threads());
  SharedNetwork& network = Trained(query.architecture);
  const Evaluation result = Score(network.PathOf(query.architecture), query.seed);
  metrics[0] = result.top1;
  metrics[1] = result.top5;
}

SharedNetwork& SupernetOracle::Trained(ArchitectureView architecture) {
  if (relaxed_ && relaxed_->started()) {
    relaxed_->RequireOperationsOf(architecture);
    return relaxed_->network();
  }
  if (!ready_) { throw InvalidError("evaluate before prepare, and no weights are given"); }
  return *network_;
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
    path(ImagesOf(batch, *device_), CalibrationPass(share));
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

std::unique_ptr<RelaxedSupernet> SupernetOracle::MakeRelaxed(std::size_t cells) {
  const auto make = [this](const RelaxedStart& start) {
    if (!own_.weights.empty()) {
      throw InvalidError("weights are given, but the optimizer trains the supernet itself");
    }
    return Make(*task_, start);
  };
  RelaxedLoaders loaders{task_->Training(config_.batch_size, config_.keep_last_batch),
                         task_->TrainingOnValidation(config_.batch_size, config_.keep_last_batch)};
  return std::make_unique<RelaxedSupernet>(host_, cells, config_, *device_, make,
                                           std::move(loaders));
}

void SupernetOracle::RequireBound() const {
  if (!relaxed_) { throw InvalidError("save or load before bind"); }
}

void SupernetOracle::Save(Writer& writer) const {
  RequireBound();
  CallTorch([&] { relaxed_->Save(writer); });
}

void SupernetOracle::Load(Reader& reader) {
  RequireBound();
  CallTorch([&] { relaxed_->Load(reader); });
}

}  // namespace lode::training

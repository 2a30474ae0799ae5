// An oracle with the quadratic network, and an optimizer that trains a relaxed network: gradient
// descent on a softmax, with momentum and noise, so that everything that must be restored matters.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <lode/math.hpp>
#include <lode/plugin.hpp>
#include <lode/quadratic_network.hpp>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

// Notes each step in a file, if it has one. Crashes at a batch, the first time.
class Noted : public lode::test::QuadraticNetwork {
 public:
  Noted(const std::vector<lode::Matrix>& matrices, std::string file, std::int64_t crash_at)
      : QuadraticNetwork(matrices), file_(std::move(file)), crash_at_(crash_at) {}

  lode::RelaxedResult Step(const lode::RelaxedBatch& batch) override {
    const bool crashes = static_cast<std::int64_t>(batch.number) == crash_at_ && !WasNoted();
    if (!file_.empty()) { std::ofstream(file_, std::ios::app) << batch.number << "\n"; }
    if (crashes) { std::abort(); }
    return QuadraticNetwork::Step(batch);
  }

 private:
  // Whether the batch at which it crashes was reached before.
  bool WasNoted() const {
    std::ifstream in(file_);
    for (std::int64_t number = 0; in >> number;) {
      if (number == crash_at_) { return true; }
    }
    return false;
  }

  std::string file_;
  std::int64_t crash_at_;
};

// The metrics are those of the architecture's own mixture, on all validation batches.
class Quadratic {
 public:
  struct Config {
    std::int64_t delay_ms = 0;
    std::string notes;
    std::int64_t crash_at = -1;
  };
  static lode::Params<Config> Parameters() {
    return {
        {"delay_ms", &Config::delay_ms, "How long an evaluation takes.", lode::Range{0, 1000}},
        {"notes", &Config::notes, "A file to which it adds the number of each step's batch."},
        {"crash_at", &Config::crash_at, "A batch at which it crashes once.", lode::Range{-1, 1e9}}};
  }
  Quadratic(lode::Host, const Config& config)
      : delay_(config.delay_ms), notes_(config.notes), crash_at_(config.crash_at) {}

  static std::vector<lode::Metric> Metrics() {
    return {{"network_loss", "", "Loss on validation.", LODE_MINIMIZE, LODE_SPLIT_VALIDATION},
            {"network_accuracy", "", "Accuracy.", LODE_MAXIMIZE, LODE_SPLIT_VALIDATION}};
  }
  void Bind(const lode::Space& space) {
    network_.emplace(space.matrices(), notes_, crash_at_);
    network_->Restart({});
  }
  lode::RelaxedNetwork& Relaxed() { return *network_; }
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    std::this_thread::sleep_for(delay_);
    const std::vector<double> mixture(query.architecture.begin(), query.architecture.end());
    const std::uint64_t batches = network_->Info().validation_batches;
    std::fill(metrics.begin(), metrics.end(), 0);
    for (std::uint64_t b = 0; b < batches; ++b) {
      const auto [loss, accuracy] = network_->Measure(
          {.split = LODE_SPLIT_VALIDATION, .number = b, .mixture = std::span(mixture)});
      metrics[0] += loss / static_cast<double>(batches);
      metrics[1] += accuracy / static_cast<double>(batches);
    }
  }
  void Save(lode::Writer& writer) const { network_->Save(writer); }
  void Load(lode::Reader& reader) { network_->Load(reader); }

 private:
  std::chrono::milliseconds delay_;
  std::string notes_;
  std::int64_t crash_at_;
  std::optional<Noted> network_;
};

class Descent {
 public:
  struct Config {
    double rate = 0.3;
    double noise = 0.01;
  };
  static lode::Params<Config> Parameters() {
    return {{"rate", &Config::rate, "Learning rate.", lode::Range{0, 1}},
            {"noise", &Config::noise, "Deviation of the noise.", lode::Range{0, 1}}};
  }
  Descent(lode::Host host, const Config& config) : host_(host), config_(config) {}

  void Bind(const lode::Space& space) {
    matrices_ = space.matrices();
    logits_.assign(space.cells(), 0);
    moments_ = logits_;
  }
  void Connect(lode::RelaxedNetwork& network) { network_ = &network; }
  lode::Action Ask() {
    if (network_ == nullptr) { throw lode::InvalidError("ask before connect"); }
    if (epoch_ == 0) { network_->Restart({.seed = host_.Random().Next()}); }
    const std::uint64_t batches = network_->Info().training_batches;
    double loss = 0;
    for (std::uint64_t b = epoch_ * batches; b < (epoch_ + 1) * batches; ++b) {
      Move(b);
      const std::vector<double> mixture = Mixture();
      loss += network_->Step({.number = b, .mixture = std::span(mixture)}).loss;
    }
    ++epoch_;
    host_.Record("loss", loss);
    const std::vector<double> mixture = Mixture();
    return {mixture.begin(), mixture.end()};
  }
  void Tell(const lode::Trial& trial) {
    if (!trial.failed) { logits_[0] += 1e-3 * trial.reward; }
  }
  void Save(lode::Writer& writer) const {
    writer.Value(epoch_);
    writer.Values(std::span(logits_));
    writer.Values(std::span(moments_));
  }
  void Load(lode::Reader& reader) {
    epoch_ = reader.Value<std::uint64_t>();
    reader.Values(std::span(logits_));
    reader.Values(std::span(moments_));
  }

 private:
  std::vector<double> Mixture() const {
    std::vector<double> mixture;
    for (const lode::Matrix& matrix : matrices_) {
      for (std::size_t row = 0; row < matrix.rows(); ++row) {
        double sum = 0;
        const std::size_t first = mixture.size();
        for (std::size_t c = first; c < first + matrix.columns(); ++c) {
          mixture.push_back(lode::math::Exp(logits_[c]));
          sum += mixture.back();
        }
        for (std::size_t c = first; c < mixture.size(); ++c) { mixture[c] /= sum; }
      }
    }
    return mixture;
  }
  void Move(std::uint64_t batch) {
    const std::vector<double> mixture = Mixture();
    std::vector<double> gradient(mixture.size());
    network_->Measure({.split = LODE_SPLIT_VALIDATION,
                       .number = batch,
                       .mixture = std::span(mixture),
                       .gradient = std::span(gradient)});
    for (std::size_t c = 0; c < logits_.size(); ++c) {
      moments_[c] = 0.9 * moments_[c] + gradient[c] * mixture[c];
      logits_[c] -= config_.rate * moments_[c] + config_.noise * host_.Random().Normal();
    }
  }

  lode::Host host_;
  Config config_;
  std::vector<lode::Matrix> matrices_;
  lode::RelaxedNetwork* network_ = nullptr;
  std::uint64_t epoch_ = 0;
  std::vector<double> logits_, moments_;
};

}  // namespace

LODE_PLUGIN("quadratic", "1.0.0", "Apache-2.0",
            lode::OracleComponent<Quadratic>("quadratic", "1.0.0", "A quadratic network."),
            lode::OptimizerComponent<Descent>("descent", "1.0.0", "Descends on a softmax."));

// An oracle with the quadratic network, and an optimizer that trains a relaxed network.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <lode/plugin.hpp>
#include <lode/quadratic_network.hpp>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/plugins/descent.h"

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
        {"delay_ms", &Config::delay_ms, "How long an evaluation takes.", lode::Range{0, 10}},
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
    space_.emplace(space);
  }
  lode::RelaxedNetwork& Relaxed() { return *network_; }
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    space_->Format(query.architecture);  // refuses other bytes
    std::this_thread::sleep_for(delay_);
    lode::test::QuadraticNetwork network = *network_;
    if (network.weights().empty()) { network.Restart({}); }
    const std::vector<double> mixture(query.architecture.begin(), query.architecture.end());
    const std::uint64_t batches = network.Info().validation_batches;
    std::fill(metrics.begin(), metrics.end(), 0);
    for (std::uint64_t b = 0; b < batches; ++b) {
      const auto [loss, accuracy] = network.Measure(
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
  std::optional<lode::Space> space_;
  std::optional<Noted> network_;
};

}  // namespace

LODE_PLUGIN("quadratic", "1.0.0", "Apache-2.0",
            lode::OracleComponent<Quadratic>("quadratic", "1.0.0", "A quadratic network."),
            lode::OptimizerComponent<Descent>("descent", "1.0.0", "Descends on a softmax."));

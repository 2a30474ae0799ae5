// An oracle with the quadratic network, which is sound or has one of many faults, selected by the
// environment variable LODE_MUTANT ("network:3") when the plugin is loaded, and an optimizer that
// trains one, likewise ("network:20" and more). core/verify/tests/mutation_test.cc has the list.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <lode/quadratic_network.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/plugins/descent.h"

namespace {

const int fault = [] {
  const char* text = std::getenv("LODE_MUTANT");
  constexpr std::string_view kKind = "network:";
  return text != nullptr && std::string_view(text).starts_with(kKind)
             ? std::atoi(text + kKind.size())
             : 0;
}();

using Quadratic = lode::test::QuadraticNetwork;

class Network : public Quadratic {
 public:
  explicit Network(const std::vector<lode::Matrix>& matrices)
      : Quadratic(matrices, {3, 2, fault == 1 ? 0 : 0.1, 0.9}) {
    for (const lode::Matrix& matrix : matrices) { last_row_ = matrix.columns(); }
  }

  lode::RelaxedInfo Info() const override {
    lode::RelaxedInfo info = Quadratic::Info();
    info.training_batches += fault == 2 ? steps_ : 0;
    return info;
  }
  void Restart(const lode::RelaxedStart& start) override {
    lode::RelaxedStart other = start;
    if (fault == 3) { other.seed += ++restarts_; }
    if (fault == 4) { other.seed = 1; }
    Quadratic::Restart(other);
  }
  lode::RelaxedResult Step(const lode::RelaxedBatch& batch) override {
    ++steps_;
    if (fault == 5) { std::ranges::fill_n(batch.gradient.data(), 1, 0.5); }
    if (fault == 6 && batch.gradient.empty()) {
      throw lode::InvalidError("no place for a gradient");
    }
    const lode::RelaxedResult before = Quadratic::Step(batch);
    return fault == 7 ? Quadratic::Measure({.number = batch.number, .mixture = batch.mixture})
                      : before;
  }
  lode::RelaxedResult Measure(const lode::RelaxedBatch& batch) override {
    lode::RelaxedBatch other = batch;
    const bool sparse = std::ranges::count(batch.mixture, 0.0) > 0;
    if (fault == 8 && sparse) { throw lode::InvalidError("an operation is absent"); }
    if (fault == 9) { other.number += ++measured_; }
    if (fault == 10 && batch.absent == lode::Absent::kExact) { other.absent = lode::Absent::kZero; }
    lode::RelaxedResult result = Quadratic::Measure(other);
    other.unrolled.reset();
    if (fault == 11 && batch.unrolled) { Quadratic::Measure(other); }
    if (fault == 12) { result.accuracy *= 200; }
    if (fault == 13 && batch.split == LODE_SPLIT_VALIDATION) {
      result.loss = std::numeric_limits<double>::quiet_NaN();
    }
    if (fault == 14 && !batch.gradient.empty()) {
      std::ranges::fill(batch.gradient.last(last_row_), 0);
    }
    if (fault == 15 && batch.split == LODE_SPLIT_VALIDATION) {
      for (double& g : batch.gradient) { g = -g; }
    }
    if (fault == 16) { Quadratic::Step({.number = batch.number, .mixture = batch.mixture}); }
    return result;
  }

 private:
  std::size_t last_row_ = 0;
  std::uint64_t steps_ = 0, restarts_ = 0, measured_ = 0;
};

class Oracle {
 public:
  struct Config {};
  Oracle(lode::Host, const Config&) {}

  static std::vector<lode::Metric> Metrics() {
    return {{"network_loss", "", "Loss.", LODE_MINIMIZE, LODE_SPLIT_VALIDATION}};
  }
  void Bind(const lode::Space& space) {
    space_.emplace(space);
    network_.emplace(space.matrices());
    if (fault == 17) { network_->Restart({}); }
  }
  lode::RelaxedNetwork& Relaxed() { return *network_; }
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    space_->Format(query.architecture);
    Quadratic copy = *network_;
    if (copy.weights().empty()) { copy.Restart({}); }
    const std::vector<double> mixture(query.architecture.begin(), query.architecture.end());
    metrics[0] = copy.Measure({.split = LODE_SPLIT_VALIDATION, .mixture = mixture}).loss;
  }
  void Save(lode::Writer& writer) const {
    if (fault != 18) { return network_->Save(writer); }
    Quadratic copy = *network_;
    const std::vector<double> mixture(space_->cells(), 0.01);
    if (!copy.weights().empty()) { copy.Step({.mixture = std::span(mixture)}); }
    copy.Save(writer);
  }
  void Load(lode::Reader& reader) { network_->Load(reader); }

 private:
  std::optional<lode::Space> space_;
  std::optional<Network> network_;
};

class Optimizer : public Descent {
 public:
  using Descent::Descent;

  lode::Action Ask() {
    if (fault == 20 && (asks_++ % 4 == 0 || !drawn_)) { drawn_ = host_.Random().Normal(); }
    if (drawn_) { logits_.back() += 0.01 * *drawn_; }
    return Descent::Ask();
  }
  void Load(lode::Reader& reader) {
    Descent::Load(reader);
    if (fault == 21) { epoch_ = 1; }
    if (fault == 22) { std::ranges::fill(moments_, 0); }
  }

 private:
  std::uint64_t asks_ = 0;
  std::optional<double> drawn_;  // kept for some asks, and not saved
};

}  // namespace

LODE_PLUGIN("lode.test.mutant", "1.0.0", "Apache-2.0",
            lode::OracleComponent<Oracle>("mutant", "1.0.0", "A network for mutations."),
            lode::OptimizerComponent<Optimizer>("mutant", "1.0.0", "An optimizer for mutations."));

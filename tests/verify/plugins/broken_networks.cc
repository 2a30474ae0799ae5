// Relaxed networks, and optimizers that train one, that break one rule each; the rule is in the id.
#include <algorithm>
#include <cstdint>
#include <lode/quadratic_network.hpp>
#include <optional>
#include <span>
#include <vector>

#include "tests/plugins/descent.h"
#include "tests/verify/plugins/edited.h"

namespace {

using Quadratic = lode::test::QuadraticNetwork;

template <class Network>
struct Owner {
  struct Config {};
  Owner(lode::Host, const Config&) {}
  static std::vector<lode::Metric> Metrics() {
    return {{"network_loss", "", "Loss.", LODE_MINIMIZE, LODE_SPLIT_VALIDATION}};
  }
  void Bind(const lode::Space& space) {
    space_.emplace(space);
    network_.emplace(space.matrices());
  }
  lode::RelaxedNetwork& Relaxed() { return *network_; }
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    space_->Format(query.architecture);
    Quadratic copy = *network_;
    if (copy.weights().empty()) { copy.Restart({}); }
    const std::vector<double> mixture(query.architecture.begin(), query.architecture.end());
    metrics[0] = copy.Measure({.split = LODE_SPLIT_VALIDATION, .mixture = mixture}).loss;
  }
  void Save(lode::Writer& writer) const { network_->Save(writer); }
  void Load(lode::Reader& reader) { network_->Load(reader); }

 private:
  std::optional<lode::Space> space_;
  std::optional<Network> network_;
};

struct NoBatches : Quadratic {
  using Quadratic::Quadratic;
  lode::RelaxedInfo Info() const override { return {0, 2, true, true, true, true}; }
};

struct StartsItself : Quadratic {
  explicit StartsItself(const std::vector<lode::Matrix>& matrices) : Quadratic(matrices) {
    Quadratic::Restart({});
  }
};

struct KnowsOneSeed : Quadratic {
  using Quadratic::Quadratic;
  void Restart(const lode::RelaxedStart& start) override {
    lode::RelaxedStart same = start;
    same.seed = 0;
    Quadratic::Restart(same);
  }
};

struct LearnsWhenMeasured : Quadratic {
  using Quadratic::Quadratic;
  lode::RelaxedResult Measure(const lode::RelaxedBatch& batch) override {
    const lode::RelaxedResult result = Quadratic::Measure(batch);
    Quadratic::Step({.number = batch.number, .mixture = batch.mixture});
    return result;
  }
};

struct Doubles : Quadratic {
  using Quadratic::Quadratic;
  lode::RelaxedResult Measure(const lode::RelaxedBatch& batch) override {
    const lode::RelaxedResult result = Quadratic::Measure(batch);
    for (double& g : batch.gradient) { g *= batch.unrolled ? 1 : 2; }
    return result;
  }
};

struct AlwaysSums : Quadratic {
  using Quadratic::Quadratic;
  lode::RelaxedResult Measure(const lode::RelaxedBatch& batch) override {
    lode::RelaxedBatch sums = batch;
    if (batch.absent == lode::Absent::kZero) { sums.absent = lode::Absent::kOutputSum; }
    return Quadratic::Measure(sums);
  }
};

// The first-order gradient, at the weights before the virtual step.
struct FirstOrder : Quadratic {
  using Quadratic::Quadratic;
  lode::RelaxedResult Measure(const lode::RelaxedBatch& batch) override {
    const lode::RelaxedResult result = Quadratic::Measure(batch);
    lode::RelaxedBatch plain = batch;
    plain.unrolled.reset();
    if (batch.unrolled) { Quadratic::Measure(plain); }
    return result;
  }
};

// Steps with another rate once it is loaded.
struct ForgetsTheVelocity : Owner<Quadratic> {
  using Owner::Owner;
  void Load(lode::Reader& reader) {
    Owner::Load(reader);
    const std::vector<double> mixture(1000, 0.1);
    Relaxed().Step({.mixture = std::span(mixture)});
  }
};

struct ForgetsMoments : Descent {
  using Descent::Descent;
  void Load(lode::Reader& reader) {
    Descent::Load(reader);
    std::fill(moments_.begin(), moments_.end(), 0);
  }
};

struct Unconnected : Descent {
  using Descent::Descent;
};

template <class T>
const lode_component* Oracle(const char* id) {
  return lode::OracleComponent<T>(id, "1.0.0", "Breaks the rule in its id.");
}

struct HidesIt : Owner<Quadratic> {
  using Owner::Owner;
};

const lode_component* DeclaresNothing() {
  return Edited(Oracle<HidesIt>("broken.relaxed.table"),
                [](lode_component& c) { c.capabilities &= ~std::uint32_t{LODE_CAP_RELAXED}; });
}

const lode_component* ConnectsQuietly() {
  return Edited(lode::OptimizerComponent<Unconnected>("broken.optimizer.connect", "1.0.0",
                                                      "Breaks the rule in its id."),
                [](lode_component& c) { c.capabilities &= ~std::uint32_t{LODE_CAP_RELAXED}; });
}

}  // namespace

LODE_PLUGIN("broken.networks", "1.0.0", "Apache-2.0",
            lode::OracleComponent<Owner<Quadratic>>("sound", "1.0.0", "Breaks no rule."),
            DeclaresNothing(), Oracle<Owner<NoBatches>>("broken.relaxed.info"),
            Oracle<Owner<StartsItself>>("broken.relaxed.refused"),
            Oracle<Owner<KnowsOneSeed>>("broken.relaxed.restart"),
            Oracle<Owner<LearnsWhenMeasured>>("broken.relaxed.batch"),
            Oracle<Owner<Doubles>>("broken.relaxed.gradient"),
            Oracle<Owner<AlwaysSums>>("broken.relaxed.absent"),
            Oracle<Owner<FirstOrder>>("broken.relaxed.unrolled"),
            Oracle<ForgetsTheVelocity>("broken.relaxed.state"), ConnectsQuietly(),
            lode::OptimizerComponent<ForgetsMoments>("broken.optimizer.restore", "1.0.0",
                                                     "Breaks the rule in its id."));

// Components that break one rule each, for the tests of the contract suites.
#include <chrono>
#include <cstdlib>
#include <limits>
#include <lode/plugin.hpp>
#include <numeric>

#include "core/verify/grid_space.h"

namespace {

using lode::verify::GridSpace;

// ---- spaces

struct TwoOnes : GridSpace {
  using GridSpace::GridSpace;
  void Discretize(lode::ActionView action, std::span<std::uint8_t> out) const {
    GridSpace::Discretize(action, out);
    out[0] = out[1] = 1;
  }
};

struct Backwards : GridSpace {
  using GridSpace::GridSpace;
  std::string Format(lode::ArchitectureView architecture) const {
    const std::string text = GridSpace::Format(architecture);
    return {text.rbegin(), text.rend()};
  }
};

struct Lenient : GridSpace {
  using GridSpace::GridSpace;
  void Parse(std::string_view text, std::span<std::uint8_t> out) const {
    GridSpace::Parse(text.substr(0, 2 * rows_ - 1), out);
  }
};

struct Biased : GridSpace {
  using GridSpace::GridSpace;
  void Sample(lode::Random random, std::span<std::uint8_t> out) const {
    for (std::size_t r = 0; r < rows_; ++r)
      out[r * choices_ + std::min(random.Below(choices_), random.Below(choices_))] = 1;
  }
};

struct Wild : GridSpace {
  using GridSpace::GridSpace;
  void Mutate(lode::Random random, lode::ArchitectureView parent,
              std::span<std::uint8_t> child) const {
    lode::Architecture once(parent.size());
    GridSpace::Mutate(random, parent, once);
    GridSpace::Mutate(random, once, child);
  }
};

struct Malformed : GridSpace {
  using GridSpace::GridSpace;
};

struct Touching : GridSpace {
  using GridSpace::GridSpace;
};

// The C++ face discards the outputs of a call that throws; this one goes around it.
const lode_component* TouchesOutput() {
  static const lode_component base =
      *lode::SpaceComponent<Touching>("broken.touches", "1.0.0", "Writes, then fails.");
  static lode_space_api api = *static_cast<const lode_space_api*>(base.api);
  static const auto parse = api.parse;
  api.parse = [](const lode_instance* i, lode_str text, std::uint8_t* out, lode_error* e) {
    out[0] = 0;
    return parse(i, text, out, e);
  };
  static lode_component component = base;
  component.api = &api;
  return &component;
}

// ---- explorations

struct Unseeded {
  struct Config {};
  Unseeded(lode::Host, const Config&) {}
  bool Explore(std::uint64_t) {
    return std::rand() % 2 == 0;  // NOLINT: what the suite must find
  }
};

struct NanNoise {
  struct Config {};
  NanNoise(lode::Host, const Config&) {}
  void Perturb(std::uint64_t, std::span<float> action) {
    if (!action.empty()) action.back() *= std::numeric_limits<float>::infinity();
  }
};

// ---- oracles

// The sum of the numbers of the cells that are 1.
struct CellSum {
  struct Config {};
  CellSum(lode::Host, const Config&) {}
  std::vector<lode::Metric> Metrics() const { return {{"cell_sum", "count", "Sum of cells."}}; }
  void Bind(const lode::Space& space) { space_.emplace(space); }
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    space_->Format(query.architecture);
    metrics[0] = 0;
    for (std::size_t cell = 0; cell < query.architecture.size(); ++cell)
      metrics[0] += static_cast<double>(cell * query.architecture[cell]);
  }
  std::optional<lode::Space> space_;
};

struct Lazy : CellSum {
  using CellSum::CellSum;
};

// Answers a whole batch with the first architecture's metrics.
const lode_component* LazyBatch() {
  static const lode_component base =
      *lode::OracleComponent<Lazy>("broken.batch", "1.0.0", "Measures the first of a batch.");
  static lode_oracle_api api = *static_cast<const lode_oracle_api*>(base.api);
  static const auto evaluate = api.evaluate;
  api.evaluate = [](lode_instance* i, lode_query* queries, std::uint32_t count, lode_error* e) {
    const lode_status status = evaluate(i, queries, count, e);
    for (std::uint32_t k = 1; status == LODE_OK && k < count; ++k) {
      lode_query* query = LODE_AT(queries, k);
      if (query->status == LODE_OK) query->metrics[0] = queries->metrics[0];
    }
    return status;
  };
  static lode_component component = base;
  component.api = &api;
  return &component;
}

struct Careless : CellSum {
  using CellSum::CellSum;
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    metrics[0] = static_cast<double>(
        std::accumulate(query.architecture.begin(), query.architecture.end(), 0));
  }
};

// ---- optimizers

struct Sampler {
  struct Config {};
  Sampler(lode::Host host, const Config&) : host_(host) {}
  void Bind(const lode::Space& space) { space_.emplace(space); }
  lode::Architecture Ask() { return space_->Sample(host_.Random()); }
  void Tell(const lode::Trial&) {}
  lode::Host host_;
  std::optional<lode::Space> space_;
};

struct ReadsClock : Sampler {
  using Sampler::Sampler;
  lode::Action Ask() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    return lode::Action(space_->cells(), static_cast<float>(now % 1000));
  }
};

struct Infinite : Sampler {
  using Sampler::Sampler;
  lode::Action Ask() {
    return lode::Action(space_->cells(), std::numeric_limits<float>::infinity());
  }
};

// Loads while it reads: a state cut short leaves half of it behind.
struct HalfLoads : Sampler {
  using Sampler::Sampler;
  void Tell(const lode::Trial&) {
    ++state_[0];
    ++state_[1];
  }
  void Save(lode::Writer& writer) const {
    writer.Value(state_[0]);
    writer.Value(state_[1]);
  }
  void Load(lode::Reader& reader) {
    if (!space_) throw lode::InvalidError("load before bind");
    state_[0] = reader.Value<std::uint64_t>();
    if (state_[0] > 1'000'000) throw lode::InvalidError("not a saved state");
    state_[1] = reader.Value<std::uint64_t>();
  }
  std::uint64_t state_[2] = {0, 0};
};

}  // namespace

LODE_PLUGIN("lode.test.broken", "1.0.0", "Apache-2.0",
            lode::SpaceComponent<TwoOnes>("broken.two_ones", "1.0.0", "Sets two cells in a row."),
            lode::SpaceComponent<Backwards>("broken.backwards", "1.0.0", "Writes text backwards."),
            lode::SpaceComponent<Lenient>("broken.lenient", "1.0.0", "Ignores what follows."),
            lode::SpaceComponent<Biased>("broken.biased", "1.0.0", "Prefers the first choices."),
            lode::SpaceComponent<Wild>("broken.wild", "1.0.0", "Mutates twice."), TouchesOutput(),
            lode::ExplorationComponent<Unseeded>("broken.unseeded", "1.0.0", "Calls rand()."),
            lode::ExplorationComponent<NanNoise>("broken.nan_noise", "1.0.0", "Gives infinities."),
            lode::OracleComponent<CellSum>("sound", "1.0.0", "Breaks no rule."), LazyBatch(),
            lode::OracleComponent<Careless>("broken.careless", "1.0.0", "Measures any bytes."),
            lode::OptimizerComponent<ReadsClock>("broken.clock", "1.0.0", "Reads the clock."),
            lode::OptimizerComponent<Infinite>("broken.infinite", "1.0.0", "Proposes infinities."),
            lode::OptimizerComponent<HalfLoads>("broken.half_loads", "1.0.0", "Loads in place."),
            lode::SpaceComponent<Malformed>("broken.Names-", "1", "no sentence"));

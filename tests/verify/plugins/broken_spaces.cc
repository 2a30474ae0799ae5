// Search spaces that break one rule each; the rule is in the id.
#include <atomic>
#include <chrono>
#include <lode/testing.hpp>
#include <thread>

#include "tests/verify/plugins/edited.h"

namespace {

using lode::ArchitectureView;
using lode::test::GridSpace;
using Out = std::span<std::uint8_t>;

struct RepeatedLabels : GridSpace {
  using GridSpace::GridSpace;
  std::vector<lode::Matrix> Matrices() const {
    auto matrices = GridSpace::Matrices();
    matrices[0].column_labels.back() = matrices[0].column_labels.front();
    return matrices;
  }
};

struct Larger : GridSpace {
  using GridSpace::GridSpace;
  double Log10Size() const { return GridSpace::Log10Size() + 0.1; }
};

struct RefusesLarge : GridSpace {
  using GridSpace::GridSpace;
  void Discretize(lode::ActionView action, Out out) const {
    if (std::ranges::max(action) > 1e6f) { throw lode::InvalidError("too large an action"); }
    GridSpace::Discretize(action, out);
  }
};

struct TwoOnes : GridSpace {
  using GridSpace::GridSpace;
  void Discretize(lode::ActionView action, Out out) const {
    GridSpace::Discretize(action, out);
    out[0] = out[1] = 1;
  }
};

// The C++ API refuses actions that are not finite; this one treats them as zeros.
struct TakesNan : GridSpace {
  using GridSpace::GridSpace;
};
const lode_component* TakesNanComponent() {
  auto* base = lode::SpaceComponent<TakesNan>("broken.space.discretize.finite", "1.0.0",
                                              "Takes NaN for zero.");
  return EditedApi<lode_space_api>(base, [](lode_space_api& api) {
    Original<TakesNan, decltype(api.discretize)>() = api.discretize;
    api.discretize = [](const lode_instance* i, const float* action, std::uint8_t* out,
                        lode_error* e) {
      lode::Action finite(action, action + 12);  // the cells of a default grid
      for (float& cell : finite) { cell = std::isfinite(cell) ? cell : 0; }
      return Original<TakesNan, decltype(lode_space_api::discretize)>()(i, finite.data(), out, e);
    };
  });
}

struct Smallest : GridSpace {
  using GridSpace::GridSpace;
  void Discretize(lode::ActionView action, Out out) const {
    lode::Action negated(action.begin(), action.end());
    for (float& cell : negated) { cell = -cell; }
    GridSpace::Discretize(negated, out);
  }
};

struct Constant : GridSpace {
  using GridSpace::GridSpace;
  void Sample(lode::Random, Out out) const {
    for (std::size_t r = 0; r < rows_; ++r) { out[r * choices_] = 1; }
  }
};

struct Biased : GridSpace {
  using GridSpace::GridSpace;
  void Sample(lode::Random random, Out out) const {
    for (std::size_t r = 0; r < rows_; ++r) {
      out[r * choices_ + std::min(random.Below(choices_), random.Below(choices_))] = 1;
    }
  }
};

// Accepts every byte except 0 as a 1.
struct Generous : GridSpace {
  using GridSpace::GridSpace;
  std::string Format(ArchitectureView architecture) const {
    lode::Architecture ones(architecture.begin(), architecture.end());
    for (std::uint8_t& cell : ones) { cell = cell != 0; }
    return GridSpace::Format(ones);
  }
};

struct Backwards : GridSpace {
  using GridSpace::GridSpace;
  std::string Format(ArchitectureView architecture) const {
    const std::string text = GridSpace::Format(architecture);
    return {text.rbegin(), text.rend()};
  }
};

struct Lenient : GridSpace {
  using GridSpace::GridSpace;
  void Parse(std::string_view text, Out out) const {
    GridSpace::Parse(text.substr(0, 2 * rows_ - 1), out);
  }
};

struct Wild : GridSpace {
  using GridSpace::GridSpace;
  void Mutate(lode::Random random, ArchitectureView parent, Out child) const {
    lode::Architecture once(parent.size());
    GridSpace::Mutate(random, parent, once);
    GridSpace::Mutate(random, once, child);
  }
};

struct FirstRowOnly : GridSpace {
  using GridSpace::GridSpace;
  void Mutate(lode::Random random, ArchitectureView parent, Out child) const {
    std::ranges::copy(parent, child.begin());
    std::ranges::rotate(
        child.first(choices_),
        child.begin() + 1 + static_cast<std::ptrdiff_t>(random.Below(choices_ - 1)));
  }
};

struct Mothers : GridSpace {
  using GridSpace::GridSpace;
  void Crossover(lode::Random, ArchitectureView mother, ArchitectureView, Out child) const {
    std::ranges::copy(mother, child.begin());
  }
};

struct OwnNeighbour : GridSpace {
  using GridSpace::GridSpace;
  std::vector<lode::Architecture> Neighbours(ArchitectureView architecture) const {
    auto list = GridSpace::Neighbours(architecture);
    list.emplace_back(architecture.begin(), architecture.end());
    return list;
  }
};

struct Foundling : GridSpace {
  using GridSpace::GridSpace;
  void Crossover(lode::Random random, ArchitectureView, ArchitectureView, Out child) const {
    Sample(random, child);
  }
};

struct Restless : GridSpace {
  using GridSpace::GridSpace;
  void Canonical(ArchitectureView architecture, Out out) const {
    std::ranges::rotate_copy(architecture, architecture.begin() + 3, out.begin());
  }
};

struct AlwaysRedraws : GridSpace {
  using GridSpace::GridSpace;
  void Resample(lode::Random random, double, ArchitectureView, Out child) const {
    Sample(random, child);
  }
};

struct Unlabelled : GridSpace {
  using GridSpace::GridSpace;
  lode::Graph Graph(ArchitectureView) const { return {{{"", "input"}, {"", ""}}, {{0, 1, ""}}}; }
};

struct Guesses : GridSpace {
  using GridSpace::GridSpace;
  std::vector<lode::Metric> Metrics() const {
    lode::Metric guess{"guess", "", "Of how good it is."};
    guess.noisy = true;
    return {guess};
  }
  void Measure(ArchitectureView architecture, std::span<double> metrics) const {
    Format(architecture);
    metrics[0] = 1;
  }
};

// Works for only one thread at a time.
struct Busy : GridSpace {
  using GridSpace::GridSpace;
  std::string Format(ArchitectureView architecture) const {
    const bool alone = callers().fetch_add(1) == 0;
    std::this_thread::sleep_for(std::chrono::microseconds(20));
    --callers();
    if (!alone) { throw lode::InvalidError("busy"); }
    return GridSpace::Format(architecture);
  }
  static std::atomic<int>& callers() {
    static std::atomic<int> count = 0;
    return count;
  }
};

template <class T>
const lode_component* Space(const char* id) {
  return lode::SpaceComponent<T>(id, "1.0.0", "Breaks the rule in its id.");
}

struct Sound : GridSpace {
  using GridSpace::GridSpace;
};

}  // namespace

LODE_PLUGIN("broken.spaces", "1.0.0", "Apache-2.0",
            lode::SpaceComponent<Sound>("sound", "1.0.0", "Breaks no rule."),
            Space<RepeatedLabels>("broken.space.matrices"),
            Space<Larger>("broken.space.log10_size"),
            Space<RefusesLarge>("broken.space.discretize"),
            Space<TwoOnes>("broken.space.discretize.valid"), TakesNanComponent(),
            Space<Smallest>("broken.space.discretize.idempotent"),
            Space<Constant>("broken.space.sample"), Space<Biased>("broken.space.sample.uniform"),
            Space<Generous>("broken.space.format"), Space<Backwards>("broken.space.round_trip"),
            Space<Lenient>("broken.space.parse"), Space<Wild>("broken.space.mutate"),
            Space<FirstRowOnly>("broken.space.mutate.reach"),
            Space<Mothers>("broken.space.crossover.mix"),
            Space<OwnNeighbour>("broken.space.neighbours"),
            Space<Foundling>("broken.space.crossover"), Space<Restless>("broken.space.canonical"),
            Space<AlwaysRedraws>("broken.space.resample"), Space<Unlabelled>("broken.space.graph"),
            Space<Guesses>("broken.space.metrics"), Space<Busy>("broken.space.threads"));

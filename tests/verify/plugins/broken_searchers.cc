// Explorations and optimizers that break one rule each; the rule is in the id.
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <optional>

#include "tests/verify/plugins/edited.h"

namespace {

// ---- explorations

struct Exploration {
  struct Config {};
  Exploration(lode::Host, const Config&) {}
};

struct GivesUp : Exploration {
  using Exploration::Exploration;
  bool Explore(std::uint64_t step) {
    if (step == 100) { throw lode::InvalidError("no more steps"); }
    return false;
  }
};

struct RefusesLarge : Exploration {
  using Exploration::Exploration;
  void Perturb(std::uint64_t, std::span<float> action) {
    if (!action.empty() && action[0] > 1e6f) { throw lode::InvalidError("too large"); }
  }
};

struct Infinite : Exploration {
  using Exploration::Exploration;
  void Perturb(std::uint64_t, std::span<float> action) {
    if (!action.empty()) { action.back() *= std::numeric_limits<float>::infinity(); }
  }
};

struct Unseeded : Exploration {
  using Exploration::Exploration;
  bool Explore(std::uint64_t) {
    return std::rand() % 2 == 0;  // NOLINT: what the kit must find
  }
};

// ---- optimizers

// Sound: samples, and now and then repeats the best it was told.
struct Sampler {
  struct Config {};
  Sampler(lode::Host host, const Config&) : host_(host) {}
  void Bind(const lode::Space& space) { space_.emplace(space); }
  lode::Architecture Ask() { return space_->Sample(host_.Random()); }
  void Tell(const lode::Trial&) { ++told_; }

 protected:
  lode::Host host_;
  std::optional<lode::Space> space_;
  std::uint64_t told_ = 0;
};

// Proposes the same until it succeeds.
struct Insists : Sampler {
  using Sampler::Sampler;
  lode::Architecture Ask() {
    if (!wanted_) { wanted_ = Sampler::Ask(); }
    return *wanted_;
  }
  void Tell(const lode::Trial& trial) {
    if (!trial.failed) { wanted_.reset(); }
  }

 private:
  std::optional<lode::Architecture> wanted_;
};

struct InvalidSpace : Sampler {
  using Sampler::Sampler;
  void Bind(const lode::Space&) { throw lode::InvalidError("not this space"); }
};

struct Unbound : Sampler {
  using Sampler::Sampler;
};

struct Tires : Sampler {
  using Sampler::Sampler;
  lode::Architecture Ask() {
    if (told_ == 20) { throw lode::InvalidError("tired"); }
    return Sampler::Ask();
  }
};

// Expects the trial of its latest proposal.
struct KnowsTheLastOnly : Sampler {
  using Sampler::Sampler;
  lode::Architecture Ask() { return last_ = Sampler::Ask(); }
  void Tell(const lode::Trial& trial) {
    if (!trial.random && !std::ranges::equal(trial.architecture, last_)) {
      throw lode::InvalidError("a trial of another proposal");
    }
  }

 private:
  lode::Architecture last_;
};

struct Undecided : Sampler {
  using Sampler::Sampler;
  bool Exhausted() const { return asked_++ % 2 == 1; }
  mutable int asked_ = 0;
};

struct ProposesInfinity : Sampler {
  using Sampler::Sampler;
  lode::Action Ask() {
    return lode::Action(space_->cells(), std::numeric_limits<float>::infinity());
  }
};

struct WantsSuccess : Sampler {
  using Sampler::Sampler;
  void Tell(const lode::Trial& trial) {
    if (trial.failed) { throw lode::InvalidError("a trial failed"); }
  }
};

// Expects to begin with nothing.
struct RefusesKnown : Sampler {
  using Sampler::Sampler;
  void Tell(const lode::Trial& trial) {
    if (trial.known) { throw lode::InvalidError("a trial of another search"); }
  }
};

// Proposes at random, depending on the number of trials it was told.
struct Counts : Sampler {
  using Sampler::Sampler;
  lode::Action Ask() {
    const lode::Random random = host_.Random();
    lode::Action action(space_->cells());
    for (float& cell : action) { cell = static_cast<float>(random.Uniform(0, 0.5)); }
    action[told_ % action.size()] = 1;
    return action;
  }
};

// Remembers the number of trials it was told.
struct Remembers : Counts {
  using Counts::Counts;
  void Save(lode::Writer& writer) const {
    writer.Value(told_);
    writer.Value(std::uint64_t{0});
  }
  void Load(lode::Reader& reader) {
    const auto told = reader.Value<std::uint64_t>();
    if (reader.Value<std::uint64_t>() != 0) { throw lode::InvalidError("not a saved state"); }
    told_ = told;
  }
};

// Sound: every second proposal has the lowest fidelity that was offered.
struct Thrifty : Remembers {
  using Remembers::Remembers;
  void Offer(const lode::Fidelities& offered) { lowest_ = offered.lowest(); }
  lode::Proposal Ask() { return {Remembers::Ask(), told_ % 2 == 0 ? 1 : lowest_}; }

 private:
  double lowest_ = 1;
};

struct Halves : Thrifty {
  using Thrifty::Thrifty;
};

// Expects older steps first.
struct Orderly : Sampler {
  using Sampler::Sampler;
  void Tell(const lode::Trial& trial) {
    if (trial.step < step_) { throw lode::InvalidError("an older step"); }
    step_ = trial.step;
  }

 private:
  std::uint64_t step_ = 0;
};

struct Talkative : Sampler {
  using Sampler::Sampler;
};

struct HalfSaves : Remembers {
  using Remembers::Remembers;
};

struct ReadsHalf : Remembers {
  using Remembers::Remembers;
  void Load(lode::Reader& reader) { told_ = reader.Value<std::uint64_t>(); }
};

// Loads while it reads: truncated data leaves it half loaded.
struct LoadsInPlace : Remembers {
  using Remembers::Remembers;
  void Load(lode::Reader& reader) {
    told_ = reader.Value<std::uint64_t>();
    if (reader.Value<std::uint64_t>() != 0) { throw lode::InvalidError("not a saved state"); }
  }
};

struct OneSided : Remembers {
  using Remembers::Remembers;
};

template <class T>
const lode_component* Explorer(const char* id) {
  return lode::ExplorationComponent<T>(id, "1.0.0", "Breaks the rule in its id.");
}
template <class T>
const lode_component* Optimizer(const char* id, std::uint32_t capabilities = 0) {
  return lode::OptimizerComponent<T>(id, "1.0.0", "Breaks the rule in its id.", "", capabilities);
}

using Ask = decltype(lode_optimizer_api::ask);
using Tell = decltype(lode_optimizer_api::tell);
using Save = decltype(lode_component::save);

const lode_component* CallsItInternal() {
  return EditedApi<lode_optimizer_api>(
      Optimizer<Unbound>("broken.optimizer.before_bind"), [](lode_optimizer_api& api) {
        Original<Unbound, Ask>() = api.ask;
        api.ask = [](lode_instance* i, lode_proposal* out, lode_error* e) {
          const lode_status status = Original<Unbound, Ask>()(i, out, e);
          return status == LODE_E_INVALID ? lode_status{LODE_E_INTERNAL} : status;
        };
      });
}

const lode_component* TellsTheLast() {
  return EditedApi<lode_optimizer_api>(
      Optimizer<Counts>("broken.optimizer.batch"), [](lode_optimizer_api& api) {
        Original<Counts, Tell>() = api.tell;
        api.tell = [](lode_instance* i, const lode_trial* trials, std::uint32_t count,
                      lode_error* e) {
          if (count == 0) { return lode_status{LODE_OK}; }
          return Original<Counts, Tell>()(i, LODE_AT(trials, count - 1), 1, e);
        };
      });
}

const lode_component* ProposesHalf() {
  return EditedApi<lode_optimizer_api>(
      Optimizer<Halves>("broken.optimizer.offer"), [](lode_optimizer_api& api) {
        Original<Halves, Ask>() = api.ask;
        api.ask = [](lode_instance* i, lode_proposal* out, lode_error* e) {
          const lode_status status = Original<Halves, Ask>()(i, out, e);
          if (status == LODE_OK) { out->fidelity = 0.5; }
          return status;
        };
      });
}

const lode_component* KnowsEveryExtension() {
  return Edited(Optimizer<Talkative>("broken.component.extension"), [](lode_component& c) {
    c.extension = [](const lode_instance*, const char* id) -> const void* { return id; };
  });
}

const lode_component* IgnoresTheSink() {
  return Edited(Optimizer<HalfSaves>("broken.state.save"), [](lode_component& c) {
    Original<HalfSaves, Save>() = c.save;
    c.save = [](const lode_instance* i, lode_sink sink, lode_error*) {
      Original<HalfSaves, Save>()(i, sink, nullptr);
      return lode_status{LODE_OK};
    };
  });
}

const lode_component* CannotLoad() {
  return Edited(Optimizer<OneSided>("broken.descriptor.save"),
                [](lode_component& c) { c.load = nullptr; });
}

}  // namespace

LODE_PLUGIN(
    "broken.searchers", "1.0.0", "Apache-2.0",
    lode::ExplorationComponent<GivesUp>("broken.exploration.explore", "1.0.0",
                                        "Breaks the rule in its id."),
    Explorer<RefusesLarge>("broken.exploration.perturb"),
    Explorer<Infinite>("broken.exploration.finite"), Explorer<Unseeded>("broken.determinism"),
    lode::OptimizerComponent<Thrifty>("sound", "1.0.0", "Breaks no rule.", "",
                                      LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER),
    Optimizer<InvalidSpace>("broken.optimizer.bind"), CallsItInternal(),
    Optimizer<Tires>("broken.optimizer.ask"), Optimizer<Insists>("broken.optimizer.failure"),
    Optimizer<KnowsTheLastOnly>("broken.optimizer.ahead", LODE_CAP_SEVERAL_ASKS),
    Optimizer<ProposesInfinity>("broken.optimizer.proposal"),
    Optimizer<Undecided>("broken.optimizer.exhausted"),
    Optimizer<WantsSuccess>("broken.optimizer.tell"),
    Optimizer<RefusesKnown>("broken.optimizer.known"), TellsTheLast(), IgnoresTheSink(),
    Optimizer<Orderly>("broken.optimizer.any_order", LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER),
    ProposesHalf(), KnowsEveryExtension(), Optimizer<ReadsHalf>("broken.state.load"),
    Optimizer<LoadsInPlace>("broken.state.load.unchanged"), CannotLoad());

#include "plugins/optimizers/diff_econas/econas.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "plugins/optimizers/hyperband/successive_halving.h"

namespace diff_econas {
namespace {

constexpr double kUntrained = -std::numeric_limits<double>::infinity();

}  // namespace

lode::Params<EcoNas::Config> EcoNas::Parameters() {
  return {lode::Param<Config>("newcomers", &Config::newcomers,
                              "Number of random networks to start with, and of mutants in each "
                              "cycle; at least one for each stage.",
                              lode::Range{.min = 1})
              .Unit("networks"),
          {"promoted", &Config::promoted,
           "How many networks of each population move up in each cycle. Trainings have one stage "
           "more than there are numbers.",
           lode::Range{.min = 1}},
          {"sample_share", &Config::sample_share,
           "A mother is the best of this share of a population, rounded down, and one more.",
           lode::Range{0, 1}},
          lode::Param<Config>("lifetime", &Config::lifetime,
                              "A network leaves so long after its last training.",
                              lode::Range{.min = 1})
              .Unit("cycles")};
}

EcoNas::EcoNas(lode::Host host, const Config& config) : host_(host), config_(config) {
  const std::size_t stages = config.promoted.size() + 1;
  if (static_cast<std::size_t>(config.newcomers) < stages) {
    throw lode::InvalidError("newcomers is " + std::to_string(config.newcomers) +
                             ", but a training has " + std::to_string(stages) +
                             " stages: expected at least one newcomer for each");
  }
}

void EcoNas::Bind(const lode::Space& space) {
  if (!space.CanMutate()) {
    throw lode::UnsupportedError("the space has no mutate, which econas needs");
  }
  space_ = space;
  fresh_.emplace(space);
  Offer(lode::Fidelities());
}

void EcoNas::Offer(const lode::Fidelities& offered) {
  const std::size_t stages = config_.promoted.size() + 1;
  fidelities_.clear();
  for (std::size_t stage = 1; stage <= stages; ++stage) {
    const double share = static_cast<double>(stage) / static_cast<double>(stages);
    const double fidelity = hyperband::HighestAtMost(offered, share);
    const double last = fidelities_.empty() ? 0 : fidelities_.back();
    if (fidelity > last) { fidelities_.push_back(fidelity); }
  }
  populations_.assign(fidelities_.size(), {});
}

lode::Proposal EcoNas::Ask() {
  const lode::Random random = host_.Random();
  ReplaceRejected(random);
  if (planned_.empty()) { BeginCycle(random); }
  under_way_.push_back(std::move(planned_.front()));
  planned_.pop_front();
  const Training& next = under_way_.back();
  return {next.network.architecture, fidelities_[next.stage]};
}

void EcoNas::ReplaceRejected(lode::Random random) {
  for (const Training& rejected : rejected_) {
    const bool has_mothers = rejected.origin && populations_[*rejected.origin].size() > 0;
    Training other = has_mothers ? BreedFrom(*rejected.origin, random) : Found(random);
    other.network.cycle = rejected.network.cycle;
    planned_.push_front(std::move(other));
  }
  rejected_.clear();
}

// The founders are of the same cycle as their first mutants, as in the authors' program.
void EcoNas::BeginCycle(lode::Random random) {
  Bury();
  if (const std::size_t missing = MissingFounders(); missing > 0) {
    std::generate_n(std::back_inserter(planned_), missing, [&] { return Found(random); });
    return;
  }
  std::vector<Training> mutants = Breed(random);
  PlanPromotions();
  std::ranges::move(mutants, std::back_inserter(planned_));
  ++cycle_;
}

void EcoNas::Bury() {
  for (Population& population : populations_) {
    population.Bury(cycle_, static_cast<std::uint64_t>(config_.lifetime));
  }
}

// Founders under way count, unless no network is alive: then there is nobody to breed from.
std::size_t EcoNas::MissingFounders() const {
  std::size_t alive = 0;
  for (const Population& population : populations_) { alive += population.size(); }
  if (cycle_ > 0 && alive > 0) { return 0; }
  const std::size_t known = alive + under_way_.size();
  const auto wanted = static_cast<std::size_t>(config_.newcomers);
  return known < wanted ? wanted - known : alive == 0;
}

// The first populations have one mother more than the others if their number does not divide.
std::size_t EcoNas::MothersOf(std::size_t population) const {
  if (populations_[population].size() == 0) { return 0; }
  const auto mothers = static_cast<std::size_t>(config_.newcomers);
  const std::size_t populations = populations_.size();
  return mothers / populations + (population < mothers % populations ? 1 : 0);
}

std::vector<EcoNas::Training> EcoNas::Breed(lode::Random random) {
  std::vector<Training> mutants;
  for (std::size_t p = 0; p < populations_.size(); ++p) {
    std::generate_n(std::back_inserter(mutants), MothersOf(p),
                    [&] { return BreedFrom(p, random); });
  }
  return mutants;
}

void EcoNas::PlanPromotions() {
  for (std::size_t p = 0; p + 1 < populations_.size(); ++p) {
    for (Member& network :
         populations_[p].TakeBest(static_cast<std::size_t>(config_.promoted[p]))) {
      network.cycle = cycle_;
      planned_.push_back({.network = std::move(network), .stage = p + 1, .origin = {}});
    }
  }
}

EcoNas::Training EcoNas::Found(lode::Random random) {
  lode::Architecture founder = fresh_->Draw(random);
  fresh_->MarkSeen(founder);
  return {.network = {std::move(founder), kUntrained, cycle_}, .stage = 0, .origin = {}};
}

EcoNas::Training EcoNas::BreedFrom(std::size_t population, lode::Random random) {
  const Member& mother = populations_[population].DrawMother(random, config_.sample_share);
  lode::Architecture mutant = NewMutant(mother.architecture, random);
  fresh_->MarkSeen(mutant);
  return {.network = {std::move(mutant), kUntrained, cycle_}, .stage = 0, .origin = population};
}

// Mutates until the mutant is new; after many times, returns any.
lode::Architecture EcoNas::NewMutant(lode::ArchitectureView mother, lode::Random random) const {
  constexpr int kMostMutations = 100;
  lode::Architecture mutant = space_->Mutate(random, mother);
  for (int i = 1; i < kMostMutations && fresh_->IsSeen(mutant); ++i) {
    mutant = space_->Mutate(random, mutant);
  }
  return mutant;
}

void EcoNas::Tell(const lode::Trial& trial) {
  fresh_->MarkSeen(trial.architecture);
  std::optional<Training> training = TakeUnderWay(trial);
  if (trial.rejected && training && training->stage == 0) {
    rejected_.push_back(*std::move(training));
    return;
  }
  if (trial.failed) { return; }
  const std::optional<std::size_t> stage = training ? training->stage : StageOf(trial.fidelity);
  if (!stage) { return; }
  const lode::Architecture told(trial.architecture.begin(), trial.architecture.end());
  Member network = training ? std::move(training->network) : Member{told, kUntrained, cycle_};
  network.reward = std::max(network.reward, trial.reward);
  populations_[*stage].Join(std::move(network));
}

std::optional<EcoNas::Training> EcoNas::TakeUnderWay(const lode::Trial& trial) {
  const auto at = std::ranges::find_if(under_way_, [&](const Training& t) {
    return !trial.random && fidelities_[t.stage] == trial.fidelity &&
           std::ranges::equal(t.network.architecture, trial.architecture);
  });
  if (at == under_way_.end()) { return std::nullopt; }
  Training training = std::move(*at);
  under_way_.erase(at);
  return training;
}

std::optional<std::size_t> EcoNas::StageOf(double fidelity) const {
  const auto stage = std::ranges::find(fidelities_, fidelity);
  if (stage == fidelities_.end()) { return std::nullopt; }
  return static_cast<std::size_t>(stage - fidelities_.begin());
}

}  // namespace diff_econas

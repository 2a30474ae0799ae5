#include "plugins/optimizers/evolution/evolution.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace evolution {
namespace {

// Halves are rounded to even, as in the authors' language.
std::size_t Share(double ratio, std::int64_t population) {
  return static_cast<std::size_t>(std::lrint(ratio * static_cast<double>(population)));
}

}  // namespace

lode::Params<Evolution::Config> Evolution::Parameters() {
  return {
      lode::Param<Config>("population", &Config::population,
                          "Number of architectures to start with, and of children in each "
                          "generation.",
                          lode::Range{.min = 2})
          .Unit("architectures"),
      {"parent_ratio", &Config::parent_ratio,
       "Fraction of the population that is kept as parents of a generation; at least one parent.",
       lode::Range{.min = 0, .max = 1, .open_min = true}},
      {"mutation_ratio", &Config::mutation_ratio,
       "Fraction of mutants among the children; the others are crossovers.", lode::Range{0, 1}},
      {"mutation_probability", &Config::mutation_probability,
       "Probability that a decision of a mutant is redrawn.", lode::Range{0, 1}},
  };
}

Evolution::Evolution(lode::Host host, const Config& config)
    : host_(host),
      population_(static_cast<std::size_t>(config.population)),
      parents_(std::max<std::size_t>(1, Share(config.parent_ratio, config.population))),
      mutants_(Share(config.mutation_ratio, config.population)),
      mutation_probability_(config.mutation_probability),
      quota_{population_, 0, 0} {}

void Evolution::Bind(const lode::Space& space) {
  if (mutants_ > 0 && !space.CanResample()) {
    throw lode::UnsupportedError("the space has no resample, which evolution needs for mutants");
  }
  if (mutants_ < population_ && !space.CanCrossover()) {
    throw lode::UnsupportedError(
        "the space has no crossover, which evolution needs for crossovers");
  }
  space_ = space;
  founders_.emplace(space);
}

lode::Architecture Evolution::Ask() {
  const Kind kind = NextKind();
  pending_.push_back({Draw(kind, host_.Random()), kind});
  return pending_.back().architecture;
}

// Returns the first kind of which the current generation needs more than are under way.
Evolution::Kind Evolution::NextKind() const {
  std::array<std::size_t, kKinds> count = born_;
  for (const Pending& p : pending_) {
    if (p.kind != kExtra) { ++count[p.kind]; }
  }
  for (const Kind kind : {kFounder, kMutant, kCrossover}) {
    if (count[kind] < quota_[kind]) { return kind; }
  }
  return kExtra;
}

lode::Architecture Evolution::Draw(Kind kind, lode::Random random) {
  if (kept_.empty()) { return DrawFounder(random); }
  if (kind == kExtra) { kind = random.Below(population_) < mutants_ ? kMutant : kCrossover; }
  const lode::Architecture& mother = DrawParent(random);
  if (kind == kMutant) { return space_->Resample(random, mutation_probability_, mother); }
  return space_->Crossover(random, mother, DrawParent(random));
}

lode::Architecture Evolution::DrawFounder(lode::Random random) {
  lode::Architecture founder = founders_->Draw(random);
  founders_->MarkSeen(founder);
  return founder;
}

const lode::Architecture& Evolution::DrawParent(lode::Random random) const {
  return kept_[random.Below(kept_.size())].architecture;
}

void Evolution::Tell(const lode::Trial& trial) {
  const Kind kind = KindOf(trial);
  if (trial.failed) { return; }
  if (kind != kExtra) { ++born_[kind]; }
  newcomers_.push_back({{trial.architecture.begin(), trial.architecture.end()}, trial.reward});
  if (born_ == quota_) { EndGeneration(); }
}

Evolution::Kind Evolution::KindOf(const lode::Trial& trial) {
  if (trial.known) { return born_[kFounder] < quota_[kFounder] ? kFounder : kExtra; }
  return trial.random ? kExtra : TakePending(trial.architecture);
}

// Returns the kind that the architecture was asked for as; kExtra if it was not asked for.
Evolution::Kind Evolution::TakePending(lode::ArchitectureView architecture) {
  const auto at = std::ranges::find_if(
      pending_, [&](const Pending& p) { return std::ranges::equal(p.architecture, architecture); });
  if (at == pending_.end()) { return kExtra; }
  const Kind kind = at->kind;
  pending_.erase(at);
  return kind;
}

void Evolution::EndGeneration() {
  for (Individual& newcomer : newcomers_) { kept_.push_back(std::move(newcomer)); }
  newcomers_.clear();
  // Makes the last told come first among equal rewards.
  std::reverse(kept_.begin(), kept_.end());
  std::ranges::stable_sort(kept_, std::greater<>(), &Individual::reward);
  kept_.resize(std::min(parents_, kept_.size()));
  quota_ = {0, mutants_, population_ - mutants_};
  born_ = {};
}

}  // namespace evolution

LODE_PLUGIN(
    "lode.evolution", "1.0.0", "Apache-2.0",
    lode::OptimizerComponent<evolution::Evolution>(
        "evolution", "1.0.0",
        "The Once-for-All authors' evolution: keeps, mutates and crosses the best.",
        "Cai, Gan, Wang, Zhang and Han, Once-for-All, ICLR 2020. Each generation is half "
        "mutants and half crossovers of the best quarter. Suited to limits: the pipeline "
        "rejects what breaks them, and another child of the same kind is proposed. As "
        "published except for the input resolution, which is not a decision of a space. "
        "Children may repeat known architectures: count the budget in unique queries. Needs a "
        "space with resample and crossover. A generation ends when all that was asked for it has "
        "been told, in whatever order; of equal rewards, the one told last ranks first.",
        LODE_CAP_EXPLORES | LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER));

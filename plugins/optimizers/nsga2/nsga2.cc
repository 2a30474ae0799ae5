#include "plugins/optimizers/nsga2/nsga2.h"

#include <utility>

namespace nsga2 {

lode::Params<Nsga2::Config> Nsga2::Parameters() {
  return {
      lode::Param<Config>("population", &Config::population,
                          "Number of living architectures, and of children in each generation.",
                          lode::Range{.min = 1})
          .Unit("architectures"),
      {"crossover_probability", &Config::crossover_probability,
       "Probability that a child is crossed from two parents; otherwise it is a mutant of one.",
       lode::Range{0, 1}},
      {"mutation_probability", &Config::mutation_probability,
       "Probability that a child crossed from two parents also has one decision changed.",
       lode::Range{0, 1}},
  };
}

Nsga2::Nsga2(lode::Host host, const Config& config)
    : host_(host),
      capacity_(static_cast<std::size_t>(config.population)),
      crossover_probability_(config.crossover_probability),
      mutation_probability_(config.mutation_probability) {}

void Nsga2::Bind(const lode::Space& space) {
  if (!space.CanMutate()) {
    throw lode::UnsupportedError("the space has no mutate, which nsga2 needs");
  }
  space_ = space;
  met_.emplace(space);
}

lode::Architecture Nsga2::Ask() {
  lode::Architecture proposal = Propose(host_.Random());
  met_->MarkSeen(proposal);
  return proposal;
}

lode::Architecture Nsga2::Propose(lode::Random random) {
  if (members_.empty() || met_->exhausted()) { return met_->Draw(random); }
  for (int tries = 0; tries < kTries; ++tries) {
    lode::Architecture child = Breed(random);
    if (!met_->IsSeen(child)) { return child; }
  }
  return met_->Draw(random);
}

lode::Architecture Nsga2::Breed(lode::Random random) const {
  const Individual& mother = SelectParent(random);
  if (!space_->CanCrossover() || random.Uniform() >= crossover_probability_) {
    return space_->Mutate(random, mother.architecture);
  }
  const Individual& father = SelectParent(random);
  lode::Architecture child = space_->Crossover(random, mother.architecture, father.architecture);
  if (random.Uniform() < mutation_probability_) { child = space_->Mutate(random, child); }
  return child;
}

const Nsga2::Individual& Nsga2::SelectParent(lode::Random random) const {
  const std::size_t first = random.Below(members_.size());
  const std::size_t second = random.Below(members_.size());
  return members_[IsBetter(standings_[second], standings_[first]) ? second : first];
}

void Nsga2::Tell(const lode::Trial& trial) {
  met_->MarkSeen(trial.architecture);
  if (trial.failed) { return; }
  objectives_.Take(trial);
  newcomers_.push_back({{trial.architecture.begin(), trial.architecture.end()},
                        {{trial.objectives.begin(), trial.objectives.end()}, trial.violation}});
  if (newcomers_.size() == capacity_) { EndGeneration(); }
}

void Nsga2::EndGeneration() {
  std::vector<Individual> all = std::exchange(members_, {});
  for (Individual& newcomer : newcomers_) { all.push_back(std::move(newcomer)); }
  newcomers_.clear();
  std::vector<nsga2::Point> points;
  points.reserve(all.size());
  for (const Individual& individual : all) { points.push_back(individual.point); }
  standings_ = nsga2::SelectSurvivors(points, capacity_);
  for (const nsga2::Standing& survivor : standings_) {
    members_.push_back(std::move(all[survivor.index]));
  }
}

}  // namespace nsga2

LODE_PLUGIN(
    "lode.nsga2", "1.0.0", "Apache-2.0",
    lode::OptimizerComponent<nsga2::Nsga2>(
        "nsga2", "1.0.0",
        "Multi-objective genetic algorithm: keeps the best fronts, spread out evenly.",
        "Deb, Pratap, Agarwal and Meyarivan, A Fast and Elitist Multiobjective Genetic "
        "Algorithm: NSGA-II, IEEE TEC 2002. For pipelines with several goals: it "
        "learns from each of them and approaches their Pareto front. Architectures that keep "
        "the pipeline's limits rank before those that do not. With one goal it is a genetic "
        "algorithm. Needs a space with mutate, and uses crossover if available. "
        "Failed trials do not join the population, and no architecture is proposed twice "
        "while there are others. A generation is the next trials that are told, whether or not "
        "in the order of their steps.",
        LODE_CAP_EXPLORES | LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER));

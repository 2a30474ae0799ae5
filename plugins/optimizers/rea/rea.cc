#include "plugins/optimizers/rea/rea.h"

namespace rea {

void RegularizedEvolution::Bind(const lode::Space& space) {
  if (!space.CanMutate()) {
    throw lode::UnsupportedError("the space has no mutate, which rea needs");
  }
  space_ = space;
  founders_.emplace(space);
}

lode::Architecture RegularizedEvolution::Ask() {
  const bool founds = NeedsFounder();
  ++under_way_;
  if (founds) { return DrawFounder(); }
  const lode::Random random = host_.Random();
  const Member& parent = SelectParent(random);
  return space_->Mutate(random, parent.architecture);
}

// Proposals under way also fill the population, unless they fail.
bool RegularizedEvolution::NeedsFounder() const {
  return population_.empty() || population_.size() + under_way_ < capacity_;
}

lode::Architecture RegularizedEvolution::DrawFounder() {
  lode::Architecture founder = founders_->Draw(host_.Random());
  founders_->MarkSeen(founder);
  return founder;
}

const RegularizedEvolution::Member& RegularizedEvolution::SelectParent(lode::Random random) const {
  const auto draw = [&]() -> const Member& {
    return population_[random.Below(population_.size())];
  };
  const Member* best = &draw();
  for (std::size_t draws = 1; draws < sample_; ++draws) {
    const Member& member = draw();
    if (member.reward > best->reward) { best = &member; }
  }
  return *best;
}

void RegularizedEvolution::Tell(const lode::Trial& trial) {
  if (!trial.random && under_way_ > 0) { --under_way_; }
  if (trial.failed) { return; }
  population_.push_back({{trial.architecture.begin(), trial.architecture.end()}, trial.reward});
  if (population_.size() > capacity_) { population_.pop_front(); }
}

}  // namespace rea

LODE_PLUGIN(
    "lode.rea", "1.0.0", "Apache-2.0",
    lode::OptimizerComponent<rea::RegularizedEvolution>(
        "rea", "1.0.0", "Regularized evolution: mutates the best of a sample; the oldest dies.",
        "Real et al., Regularized Evolution for Image Classifier Architecture Search, "
        "AAAI 2019. A strong and cheap baseline on tabular benchmarks. Needs a space with "
        "mutate. Failed trials do not join the population. The oldest is the one that was told "
        "first: trials that are told as they finish join in that order.",
        LODE_CAP_EXPLORES | LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER));

#include "plugins/optimizers/random/random.h"

namespace random_search {

void RandomSearch::Bind(const lode::Space& space) {
  space_ = space;
  sampler_.emplace(space);
}

lode::Architecture RandomSearch::Ask() {
  return config_.repeats ? space_->Sample(host_.Random()) : DrawFresh();
}

lode::Architecture RandomSearch::DrawFresh() {
  const bool was_exhausted = sampler_->exhausted();
  lode::Architecture architecture = sampler_->Draw(host_.Random());
  if (sampler_->exhausted() && !was_exhausted) {
    host_.Log(LODE_WARNING, "every architecture of the space was proposed: repeating from here on");
  }
  sampler_->MarkSeen(architecture);
  return architecture;
}

void RandomSearch::Tell(const lode::Trial& trial) {
  if (!config_.repeats) { sampler_->MarkSeen(trial.architecture); }
}

}  // namespace random_search

LODE_PLUGIN("lode.random", "1.0.0", "Apache-2.0",
            lode::OptimizerComponent<random_search::RandomSearch>(
                "random", "1.0.0", "Random search: all architectures equally likely.",
                "The baseline that any other optimizer has to beat. It learns nothing from "
                "results, so any number of evaluations may be under way, and end in any order.",
                LODE_CAP_EXPLORES | LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER));

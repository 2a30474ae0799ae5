#include "plugins/optimizers/hyperband/hyperband.h"

namespace hyperband {

lode::Params<Hyperband::Config> Hyperband::Parameters() {
  return {
      {"eta", &Config::eta,
       "Quotient of the fidelities of two rungs, and of the numbers of their "
       "architectures.",
       lode::Range{2, 1000}},
      {"lowest", &Config::lowest,
       "No rung is below this fidelity; 0: the lowest that the oracle serves.", lode::Range{0, 1}}};
}

lode::Presets Hyperband::Presets() {
  return {{"paper", "The paper's default, on all fidelities.", {{"eta", 3.0}, {"lowest", 0.0}}}};
}

void Hyperband::Bind(const lode::Space& space) {
  fresh_.emplace(space);
  Offer(lode::Fidelities());
}

void Hyperband::Offer(const lode::Fidelities& offered) {
  brackets_.emplace(Brackets::Settings{.rungs = RungsOf(offered, config_.eta, config_.lowest)});
}

lode::Proposal Hyperband::Ask() {
  return brackets_->Next([&] {
    lode::Architecture drawn = fresh_->Draw(host_.Random());
    fresh_->MarkSeen(drawn);
    return drawn;
  });
}

void Hyperband::Tell(const lode::Trial& trial) {
  fresh_->MarkSeen(trial.architecture);
  brackets_->Tell(trial);
}

}  // namespace hyperband

LODE_PLUGIN("lode.hyperband", "1.0.0", "Apache-2.0",
            lode::OptimizerComponent<hyperband::Hyperband>(
                "hyperband", "1.0.0",
                "Hyperband: cheap evaluations of many random architectures, "
                "full ones of the best.",
                "Li, Jamieson, DeSalvo, Rostamizadeh and Talwalkar, Hyperband: "
                "A Novel Bandit-Based "
                "Approach to Hyperparameter Optimization, JMLR 2018. The rungs "
                "of its ladder are the "
                "fidelities that the oracle serves: 1, a third, a ninth, ... "
                "of a range, or of a list the "
                "nearest below. Each rung of a bracket costs about as much as "
                "each other one. With an "
                "oracle that serves only full evaluations it is random search. "
                "Failed evaluations are "
                "never promoted before others.",
                LODE_CAP_EXPLORES | LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER));

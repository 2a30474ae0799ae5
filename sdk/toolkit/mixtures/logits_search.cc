#include "toolkit/mixtures/logits_search.h"

namespace lode::mixtures {

void LogitsSearch::Bind(const Space& space) { logits_.emplace(Relaxation(space, edges_), adam_); }

void LogitsSearch::BeginEpoch() {
  if (epoch() > 0) { return; }
  InitializeLogits();
  Restart();
}

Action LogitsSearch::Propose() {
  const Mixture mixture = logits_->Mix();
  return {mixture.begin(), mixture.end()};
}

void LogitsSearch::Descend(std::span<const double> mixture_gradient) {
  logits_->Descend(logits_->Backpropagate(mixture_gradient));
}

Mixture BilevelSearch::MixtureGradient(std::uint64_t batch) {
  return GradientAt(LODE_SPLIT_VALIDATION, batch, logits().Mix());
}

RelaxedResult BilevelSearch::Train(std::uint64_t batch) {
  if (network_epoch() >= frozen_epochs_) { Descend(MixtureGradient(batch)); }
  return Step(batch, TrainingMixture(batch));
}

}  // namespace lode::mixtures

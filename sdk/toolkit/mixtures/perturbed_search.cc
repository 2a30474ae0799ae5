#include "toolkit/mixtures/perturbed_search.h"

#include <span>
#include <vector>

namespace lode::mixtures {

void PerturbedSearch::RequireFeatures(const RelaxedInfo& info) const {
  if (perturbation_ == Perturbation::kAdversarial && !info.absent) {
    throw UnsupportedError(
        "the oracle's network has no gradients of absent operations: \"random\" perturbations "
        "need none");
  }
}

Mixture PerturbedSearch::TrainingMixture(std::uint64_t batch) {
  const Relaxation& relaxation = logits().relaxation();
  const std::vector<double> factors = relaxation.Factors(logits().values());
  const double epsilon = epsilon_.At(epoch());
  const auto loss = [&](std::span<const double> mixture, std::span<double> gradient) {
    return network()
        .Measure(
            {.number = batch, .mixture = mixture, .gradient = gradient, .absent = Absent::kExact})
        .loss;
  };
  switch (perturbation_) {
    case Perturbation::kRandom:
      return relaxation.Compose(PerturbRandomly(relaxation, random(), factors, epsilon));
    case Perturbation::kAdversarial:
      return relaxation.Compose(PerturbAdversarially(relaxation, random(), factors, epsilon, loss));
    default:
      return relaxation.Compose(factors);
  }
}

}  // namespace lode::mixtures

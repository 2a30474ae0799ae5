#include "plugins/optimizers/diff_mdenas/mdenas.h"

#include <span>

namespace diff_mdenas {

lode::Params<MdeNas::Config> MdeNas::Parameters() {
  return {{"rate", &Config::rate,
           "Probability that moves between two operations of an edge in an epoch.",
           lode::Range{0, 1, true}}};
}

void MdeNas::Bind(const lode::Space& space) {
  const lode::mixtures::Relaxation relaxation(space);
  distribution_.emplace(
      lode::mixtures::Groups(relaxation.groups().begin(), relaxation.groups().end()));
}

void MdeNas::BeginEpoch() {
  if (epoch() == 0) { Restart(); }
  sample_ = distribution_->Draw(random());
}

lode::Action MdeNas::Propose() {
  distribution_->Record(sample_, ValidationAccuracy());
  distribution_->Update(rate_);
  const std::vector<double>& probabilities = distribution_->probabilities();
  return {probabilities.begin(), probabilities.end()};
}

double MdeNas::ValidationAccuracy() {
  const std::uint64_t batches = network().Info().validation_batches;
  double sum = 0;
  for (std::uint64_t batch = 0; batch < batches; ++batch) {
    host().ThrowIfCancelled();
    sum += network()
               .Measure(
                   {.split = LODE_SPLIT_VALIDATION, .number = batch, .mixture = std::span(sample_)})
               .accuracy;
  }
  return sum / static_cast<double>(batches);
}

}  // namespace diff_mdenas

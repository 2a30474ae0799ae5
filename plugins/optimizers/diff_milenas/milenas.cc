#include "plugins/optimizers/diff_milenas/milenas.h"

namespace diff_milenas {

using lode::mixtures::Mixture;

lode::Params<MiLeNas::Config> MiLeNas::Parameters() {
  return {{"learning_rate", &Config::learning_rate, "Adam's learning rate for the logits.",
           lode::Range{0, 10, true}},
          {"weight_decay", &Config::weight_decay, "Weight decay of the logits.", lode::Range{0, 1}},
          {"lambda", &Config::lambda, "Weight of the validation loss, beside 1 of the training's.",
           lode::Range{0, 1e6}}};
}

Mixture MiLeNas::MixtureGradient(std::uint64_t batch) {
  Mixture gradient = GradientAt(LODE_SPLIT_TRAIN, batch, logits().Mix());
  const Mixture validation = BilevelSearch::MixtureGradient(batch);
  for (std::size_t c = 0; c < gradient.size(); ++c) { gradient[c] += lambda_ * validation[c]; }
  return gradient;
}

}  // namespace diff_milenas

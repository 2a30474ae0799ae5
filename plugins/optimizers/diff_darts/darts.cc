#include "plugins/optimizers/diff_darts/darts.h"

#include <span>

namespace diff_darts {

using lode::mixtures::Mixture;

lode::Params<Darts::Config> Darts::Parameters() {
  return {
      {"order", &Config::order,
       "Whether the logits' gradient is taken at the weights, or after a virtual step of them.",
       lode::Choices{{"first", "second"}}},
      {"learning_rate", &Config::learning_rate, "Adam's learning rate for the logits.",
       lode::Range{0, 10, true}},
      {"weight_decay", &Config::weight_decay, "Weight decay of the logits.", lode::Range{0, 1}}};
}

lode::Presets Darts::Presets() {
  return {{"first_order",
           "Takes the logits' gradient at the weights themselves: xi = 0.",
           {{"order", "first"}}},
          {"second_order",
           "Takes the logits' gradient after a virtual step of the weights, as in eq. 7.",
           {{"order", "second"}}}};
}

void Darts::RequireFeatures(const lode::RelaxedInfo& info) const {
  if (unrolls_ && !info.unrolled) {
    throw lode::UnsupportedError(
        "the oracle's network has no unrolled gradients: order = "
        "\"first\" needs none");
  }
}

Mixture Darts::MixtureGradient(std::uint64_t batch) {
  if (!unrolls_) { return BilevelSearch::MixtureGradient(batch); }
  const Mixture mixture = logits().Mix();
  Mixture gradient(mixture.size());
  lode::RelaxedBatch validation{.split = LODE_SPLIT_VALIDATION,
                                .number = batch,
                                .mixture = std::span(mixture),
                                .gradient = std::span(gradient)};
  validation.unrolled = {.inner = batch, .rate = 0};
  network().Measure(validation);
  return gradient;
}

}  // namespace diff_darts

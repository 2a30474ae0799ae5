#include "plugins/optimizers/diff_gaea/gaea.h"

#include <span>

namespace diff_gaea {

lode::Params<Gaea::Config> Gaea::Parameters() {
  return {{"learning_rate", &Config::learning_rate, "Rate of the exponentiated gradient.",
           lode::Range{0, 10, true}}};
}

lode::RelaxedResult Gaea::Train(std::uint64_t batch) {
  const lode::mixtures::Mixture theta = logits().Softmax();
  const lode::RelaxedResult result = network().Step({.number = batch, .mixture = std::span(theta)});
  lode::mixtures::Mixture gradient(theta.size());
  network().Measure({.split = LODE_SPLIT_VALIDATION,
                     .number = batch,
                     .mixture = std::span(theta),
                     .gradient = std::span(gradient)});
  own_logits().Subtract(gradient, learning_rate_);
  return result;
}

}  // namespace diff_gaea

#include "plugins/optimizers/diff_gaea/gaea.h"

namespace diff_gaea {

using lode::mixtures::Mixture;

lode::Params<Gaea::Config> Gaea::Parameters() {
  return {{"learning_rate", &Config::learning_rate, "Rate of the exponentiated gradients.",
           lode::Range{0, 10, true}},
          {"normalize_edges", &Config::normalize_edges,
           "Whether nodes also weight the edges that enter them, as in PC-DARTS."}};
}

lode::Presets Gaea::Presets() {
  return {{"darts", "GAEA DARTS.", {{"normalize_edges", false}}},
          {"pc_darts", "GAEA PC-DARTS.", {{"normalize_edges", true}}}};
}

lode::RelaxedResult Gaea::Train(std::uint64_t batch) {
  const lode::mixtures::Relaxation& relaxation = logits().relaxation();
  const std::vector<double> factors = relaxation.Factors(logits().values());
  const Mixture mixture = relaxation.Compose(factors);
  const lode::RelaxedResult result = Step(batch, mixture);
  const Mixture gradient = GradientAt(LODE_SPLIT_VALIDATION, batch, mixture);
  own_logits().Subtract(relaxation.FactorGradient(factors, gradient), learning_rate_);
  return result;
}

}  // namespace diff_gaea

#include "plugins/optimizers/diff_sdarts/sdarts.h"

namespace diff_sdarts {

using lode::mixtures::Perturbation;

lode::Params<Sdarts::Config> Sdarts::Parameters() {
  const lode::Range probability{0, 1};
  return {{"perturbation", &Config::perturbation,
           "How weight steps perturb the mixture: by noise, or by ascending the training loss.",
           lode::Choices{{"random", "adversarial"}}},
          {"learning_rate", &Config::learning_rate, "Adam's learning rate for the logits.",
           lode::Range{0, 10, true}},
          {"weight_decay", &Config::weight_decay, "Weight decay of the logits.", probability},
          {"first_epsilon", &Config::first_epsilon, "Bound of the perturbation in the first epoch.",
           probability},
          {"last_epsilon", &Config::last_epsilon, "Bound after as many epochs as `epochs` says.",
           probability},
          {"epochs", &Config::epochs, "Epochs in which the bound changes linearly.",
           lode::Range{1, 1e6}},
          {"normalize_edges", &Config::normalize_edges,
           "Whether nodes also weight the edges that enter them, as in PC-DARTS."},
          {"frozen_epochs", &Config::frozen_epochs,
           "First epochs, in which only the weights are trained.", lode::Range{0, 1e6}}};
}

lode::Presets Sdarts::Presets() {
  return {{"darts", "SDARTS on DARTS, as in its authors' program.", {}},
          {"pc_darts",
           "SDARTS on PC-DARTS.",
           {{"normalize_edges", true}, {"frozen_epochs", 15}, {"learning_rate", 6e-4}}}};
}

Sdarts::Sdarts(lode::Host host, const Config& config)
    : PerturbedSearch(
          host,
          {.adam = {config.learning_rate, config.weight_decay},
           .edges = lode::mixtures::EdgesOf(config.normalize_edges),
           .frozen_epochs = config.frozen_epochs},
          config.perturbation == "random" ? Perturbation::kRandom : Perturbation::kAdversarial,
          {config.first_epsilon, config.last_epsilon, config.epochs}) {}

}  // namespace diff_sdarts

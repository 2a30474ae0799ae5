#include "plugins/optimizers/diff_sdarts/sdarts.h"

LODE_PLUGIN(
    "lode.diff_sdarts", "1.0.0", "Apache-2.0",
    lode::OptimizerComponent<diff_sdarts::Sdarts>(
        "sdarts", "1.0.0", "SDARTS: DARTS whose weights are trained under perturbed mixtures.",
        "Chen and Hsieh, Stabilizing Differentiable Architecture Search via Perturbation-based "
        "Regularization, ICML 2020, with random or adversarial perturbations. Trains the relaxed "
        "network of the pipeline's oracle: one step is an epoch, after which the architecture of "
        "the largest weights is proposed. Another oracle may judge it."));

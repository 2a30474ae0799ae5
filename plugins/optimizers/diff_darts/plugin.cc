#include "plugins/optimizers/diff_darts/darts.h"

LODE_PLUGIN(
    "lode.diff_darts", "1.0.0", "Apache-2.0",
    lode::OptimizerComponent<diff_darts::Darts>(
        "darts", "1.0.0", "DARTS: descends on the softmax relaxation while a supernet trains.",
        "Liu, Simonyan and Yang, DARTS: Differentiable Architecture Search, ICLR 2019, in first "
        "and second order. Trains the relaxed network of the pipeline's oracle: one step is an "
        "epoch, after which the architecture of the largest weights is proposed. Another oracle "
        "may judge it."));

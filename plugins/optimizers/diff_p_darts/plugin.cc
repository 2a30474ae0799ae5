#include "plugins/optimizers/diff_p_darts/p_darts.h"

LODE_PLUGIN(
    "lode.diff_p_darts", "1.0.0", "Apache-2.0",
    lode::OptimizerComponent<diff_p_darts::PDarts>(
        "p_darts", "1.0.0",
        "P-DARTS: first-order DARTS in stages, with deeper networks of fewer operations.",
        "Chen, Xie, Wu and Tian, Progressive Differentiable Architecture Search: Bridging the "
        "Depth Gap between Search and Evaluation, ICCV 2019. Stages of 5, 11 and 17 cells have 8, "
        "5 and 3 operations for each edge; skip connections are dropped at a rate that grows with "
        "the stages, and at most two are proposed. Trains the relaxed network of the pipeline's "
        "oracle: one step is an epoch, after which the architecture of the largest weights is "
        "proposed. Another oracle may judge it."));

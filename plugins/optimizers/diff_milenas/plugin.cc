#include "plugins/optimizers/diff_milenas/milenas.h"

LODE_PLUGIN(
    "lode.diff_milenas", "1.0.0", "Apache-2.0",
    lode::OptimizerComponent<diff_milenas::MiLeNas>(
        "milenas", "1.0.0",
        "MiLeNAS: DARTS whose logits descend training and validation loss together.",
        "He, Ye, Shen and Zhang, MiLeNAS: Efficient Neural Architecture Search via Mixed-Level "
        "Reformulation, CVPR 2020, first order. Trains the relaxed network of the pipeline's "
        "oracle: one step is an epoch, after which the architecture of the largest weights is "
        "proposed. Another oracle may judge it."));

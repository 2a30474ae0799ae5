#include "plugins/optimizers/diff_gdas/gdas.h"

LODE_PLUGIN(
    "lode.diff_gdas", "1.0.0", "Apache-2.0",
    lode::OptimizerComponent<diff_gdas::Gdas>(
        "gdas", "1.0.0", "GDAS: samples one operation for each edge of a supernet by Gumbel noise.",
        "Dong and Yang, Searching for a Robust Neural Architecture in Four GPU Hours, CVPR 2019. "
        "Trains the relaxed network of the pipeline's oracle: one step is an epoch, after which "
        "the architecture of the largest logits is proposed. Another oracle may judge it."));

#include "plugins/optimizers/diff_ista_nas/ista_nas.h"

LODE_PLUGIN(
    "lode.diff_ista_nas", "1.0.0", "Apache-2.0",
    lode::OptimizerComponent<diff_ista_nas::IstaNas>(
        "ista_nas", "1.0.0",
        "ISTA-NAS: learns a compressed mixture, whose sparse code is what a supernet computes.",
        "Yang, Li, You, Wang, Qian and Lin, ISTA-NAS: Efficient and Consistent Neural Architecture "
        "Search by Sparse Coding, NeurIPS 2020, in two stages: this one searches, and what it "
        "finds is trained afterwards. Trains the relaxed network of the pipeline's oracle: one "
        "step is an epoch, after which the architecture of the largest codes is proposed. Another "
        "oracle may judge it."));

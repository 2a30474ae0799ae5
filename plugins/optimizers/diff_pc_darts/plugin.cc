#include "plugins/optimizers/diff_pc_darts/pc_darts.h"

LODE_PLUGIN(
    "lode.diff_pc_darts", "1.0.0", "Apache-2.0",
    lode::OptimizerComponent<diff_pc_darts::PcDarts>(
        "pc_darts", "1.0.0",
        "PC-DARTS: first-order DARTS that also weights the edges into each node of a supernet.",
        "Xu et al., PC-DARTS: Partial Channel Connections for Memory-Efficient Architecture "
        "Search, ICLR 2020. This is its edge normalization; partial channels are a matter of the "
        "oracle's network. Trains the relaxed network of the pipeline's oracle: one step is an "
        "epoch, after which the architecture of the largest weights is proposed. Another oracle "
        "may judge it."));

#include "plugins/optimizers/diff_mdenas/mdenas.h"

LODE_PLUGIN(
    "lode.diff_mdenas", "1.0.0", "Apache-2.0",
    lode::OptimizerComponent<diff_mdenas::MdeNas>(
        "mdenas", "1.0.0",
        "MdeNAS: learns which operations of a supernet are better after fewer epochs.",
        "Zheng, Ji, Tang, Zhang, Liu and Tian, Multinomial Distribution Learning for Effective "
        "Neural Architecture Search, ICCV 2019. Trains the relaxed network of the pipeline's "
        "oracle: one step is an epoch, in which one drawn operation of each edge is trained and "
        "validated; then the architecture of the likeliest operations is proposed. Another oracle "
        "may judge it."));

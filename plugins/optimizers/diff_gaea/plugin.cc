#include "plugins/optimizers/diff_gaea/gaea.h"

LODE_PLUGIN(
    "lode.diff_gaea", "1.0.0", "Apache-2.0",
    lode::OptimizerComponent<diff_gaea::Gaea>(
        "gaea", "1.0.0",
        "GAEA: exponentiated gradients on the simplex of each decision of a supernet.",
        "Li, Khodak, Balcan and Talwalkar, Geometry-Aware Gradient Algorithms for Neural "
        "Architecture Search, ICLR 2021, first order and bilevel: GAEA DARTS and GAEA PC-DARTS. "
        "Trains the relaxed network of the pipeline's oracle: one step is an epoch, after which "
        "the architecture of the largest weights is proposed. Another oracle may judge it."));

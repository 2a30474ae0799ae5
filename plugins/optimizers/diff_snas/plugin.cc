#include "plugins/optimizers/diff_snas/snas.h"

LODE_PLUGIN(
    "lode.diff_snas", "1.0.0", "Apache-2.0",
    lode::OptimizerComponent<diff_snas::Snas>(
        "snas", "1.0.0",
        "SNAS: all operations of a supernet, weighted by a softmax with Gumbel noise.",
        "Xie, Zheng, Liu and Lin, SNAS: Stochastic Neural Architecture Search, ICLR 2019, without "
        "its constraint on resources. Weights and logits learn from the same training batches. "
        "Trains the relaxed network of the pipeline's oracle: one step is an epoch, after which "
        "the architecture of the largest weights is proposed. Another oracle may judge it."));

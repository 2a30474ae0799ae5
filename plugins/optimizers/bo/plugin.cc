#include "plugins/optimizers/bo/bo.h"

LODE_PLUGIN(
    "lode.bo", "1.0.0", "Apache-2.0",
    lode::OptimizerComponent<bo::Bo>(
        "bo", "1.0.0",
        "Bayesian optimization: a Gaussian process on decisions, paths, graph and metrics.",
        "Proposes what improves the best trial most in expectation, among mutations of the best "
        "ten architectures and random ones. The kernel adds parts for the decisions, for the paths "
        "and operations of the network where the space gives its graph, and for the metrics that "
        "the space computes; their weights and length scales are fitted. Of all optimizers here, "
        "it finds the best of NAS-Bench-201's table in the fewest queries, and each takes "
        "milliseconds. Only the order of rewards matters. Two goals: expected hypervolume "
        "improvement; more: a random scalar of them for each proposal. Limits on metrics that the "
        "space computes are inferred from what was rejected, and what breaks them is no longer "
        "proposed. Architectures are not repeated until all are known.",
        LODE_CAP_EXPLORES | LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER));

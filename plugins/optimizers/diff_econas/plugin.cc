#include "plugins/optimizers/diff_econas/econas.h"

LODE_PLUGIN(
    "lode.diff_econas", "1.0.0", "Apache-2.0",
    lode::OptimizerComponent<diff_econas::EcoNas>(
        "econas", "1.1.0",
        "EcoNAS: evolution with populations of networks that are trained in stages.",
        "Zhou, Zhou, Zhang, Loy, Yi, Zhang and Ouyang, EcoNAS: Finding Proxies for Economical "
        "Neural Architecture Search, CVPR 2020, with the rules and numbers of the authors' "
        "program. New networks are trained for a third of the epochs; in each cycle the best of "
        "them are trained for two thirds, the best of those for all, and all populations give "
        "mothers of mutants. Networks that are not promoted within ten cycles leave. The stages "
        "are the fidelities that the oracle serves, of a list the nearest below; with an oracle "
        "that serves only full evaluations there is one population. The other reductions of "
        "EcoNAS's proxies are parameters of the oracle: `channels` and `train_images` of "
        "darts.train, for example. The published proxy c4r4s0e60 has a quarter of 36 channels, "
        "images of a quarter of the resolution, all of them, and 60 epochs; darts.train has no "
        "reduced resolution for CIFAR's images. Unlike the authors' "
        "program, which continues the training of a network that is promoted, each evaluation "
        "trains anew, because evaluations do not depend on each other. Mutations are the space's; "
        "a mutant that "
        "was proposed before is mutated again. "
        "Several proposals may be under way: results that come after the next cycle has begun "
        "join the populations then. Failed networks leave.",
        LODE_CAP_EXPLORES | LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER));

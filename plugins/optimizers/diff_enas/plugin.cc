#include "plugins/optimizers/diff_enas/enas.h"

LODE_PLUGIN(
    "lode.diff_enas", "1.0.0", "Apache-2.0",
    lode::OptimizerComponent<diff_enas::Enas>(
        "enas", "1.0.0",
        "ENAS: a recurrent controller learns by REINFORCE which paths of a supernet are accurate.",
        "Pham, Guan, Zoph, Le and Dean, Efficient Neural Architecture Search via Parameter "
        "Sharing, ICML 2018, with the settings of the program of NAS-Bench-201's authors. Trains "
        "the relaxed network of the pipeline's oracle: one step is an epoch of weight steps on "
        "drawn architectures, then the controller learns from others' accuracies, and the best of "
        "some that it draws is proposed. Another oracle may judge it."));

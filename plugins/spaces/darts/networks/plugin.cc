#include "plugins/spaces/darts/networks/train_oracle.h"

LODE_PLUGIN(
    "darts.networks", "1.0.0", "Apache-2.0",
    lode::OracleComponent<darts::TrainOracle>(
        "darts.train", "1.0.0", "Trains a DARTS genotype's network from scratch on images.",
        "The network in which found cells are evaluated, trained on one part of the training "
        "images and measured on the part that is set aside for validation and on the test images. "
        "By default it is small and trained briefly. The published training for CIFAR-10 has 20 "
        "cells, 36 channels, auxiliary = true, drop_path = 0.2, cutout = 16, validation_share = 0 "
        "and 600 epochs (L2NAS: 1000). The trial's seed draws the first weights and the batches, "
        "so repeated queries differ. A training that is interrupted continues from its last "
        "checkpoint when the run is resumed. Fidelities: from one epoch to all; the learning rate "
        "ends with the last epoch of each. Source: Liu, Simonyan and Yang, DARTS, ICLR 2019.",
        LODE_CAP_USES_TORCH | LODE_CAP_ISOLATE | LODE_CAP_METRICS_VARY));

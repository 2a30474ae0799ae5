#include "plugins/nb201/oracle.h"
#include "plugins/nb201/space.h"

LODE_PLUGIN(
    "nb201", "1.0.0", "Apache-2.0 AND MIT",
    lode::SpaceComponent<nb201::Space>(
        "nb201", "1.0.0", "Cells of NAS-Bench-201: six edges, five operations, 15625 in all.",
        "An architecture is the operation on each edge of a four-node cell, written "
        "|op~0|+|op~0|op~1|+|op~0|op~1|op~2|, where op~i stands on the edge from node i. Actions "
        "are discretised row by row: the largest entry, the first of equals. Source: Dong and "
        "Yang, NAS-Bench-201, ICLR 2020."),
    lode::OracleComponent<nb201::TableOracle>(
        "nb201.table", "1.0.0",
        "Measured accuracies and sizes of all cells of NAS-Bench-201, from a table.",
        "Looks up accuracies after 200 or 12 epochs of training on CIFAR-10, CIFAR-100 or "
        "ImageNet-16-120, means over the benchmark's one to three seeds, with parameters and "
        "multiply-adds. The real table comes with the plugin; `lode import nb201` makes one from "
        "the benchmark's published files. Source: Dong and Yang, NAS-Bench-201, ICLR 2020.",
        LODE_CAP_CONCURRENT));

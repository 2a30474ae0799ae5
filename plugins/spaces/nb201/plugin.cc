#include "plugins/spaces/nb201/latency.h"
#include "plugins/spaces/nb201/oracle.h"
#include "plugins/spaces/nb201/space.h"

LODE_PLUGIN(
    "nb201", "1.0.0", "Apache-2.0 AND MIT",
    lode::SpaceComponent<nb201::Space>(
        "nb201", "1.0.0", "Cells of NAS-Bench-201: six edges, five operations, 15625 in all.",
        "An architecture is the operation on each edge of a four-node cell, written "
        "|op~0|+|op~0|op~1|+|op~0|op~1|op~2|, where op~i is on the edge from node i. The space "
        "also reads the benchmark's number of an architecture (0 to 15624), and tuples of "
        "operation and input for each node, [(('nor_conv_3x3', 0),), ...]. Actions are discretized "
        "row by row: the largest entry, the first of equals. Its metrics, parameters and "
        "multiply-adds, describe the benchmark's network around the cell; the oracle analytic "
        "serves them. Source: Dong and Yang, NAS-Bench-201, ICLR 2020."),
    lode::OracleComponent<nb201::TableOracle>(
        "nb201.table", "1.0.0",
        "Measured accuracies and sizes of all cells of NAS-Bench-201, from a table.",
        "Looks up accuracies after 200 or 12 epochs of training on CIFAR-10, CIFAR-100 or "
        "ImageNet-16-120, means over the benchmark's one to three seeds, with parameters and "
        "multiply-adds. The real table comes with the plugin; `lode import nb201` makes one from "
        "the benchmark's published files. The cost of an evaluation, for budgets of simulated "
        "seconds, is the time that the training behind the validation accuracy took on the "
        "benchmark authors' machine: all its epochs (on CIFAR-10 with half of the training images) "
        "and one pass over the validation part. It comes from the table's column DATASET_seconds, "
        "or DATASET_seconds_12ep; for a table without it, such as the one that comes with the "
        "plugin, from a formula over the numbers of operations in the cell, which is off by 1.5 % "
        "on average and by at most 8 % on 1000 architectures with published times. Fidelities: 1, "
        "and 0.06, at which the accuracies and the cost are those of the training of 12 epochs, "
        "and parameters and multiply-adds stay the same. With epochs = 12, or a table without "
        "those accuracies, only 1. Source: Dong and Yang, NAS-Bench-201, ICLR 2020.",
        LODE_CAP_CONCURRENT),
    lode::OracleComponent<nb201::LatencyOracle>(
        "nb201.latency", "1.0.0",
        "Measured latency or energy of all cells of NAS-Bench-201 on a device, from a table.",
        "Serves one column of a table of measurements, such as those of HW-NAS-Bench (Li et al., "
        "ICLR 2021) or HELP (Lee et al., NeurIPS 2021): as the metric latency in ms or, if the "
        "column's name ends in _energy, energy in mJ. The table numbers the architectures as the "
        "benchmark does; it does not come with the plugin. A -1 says that the device's compiler "
        "refused the network: such an evaluation fails.",
        LODE_CAP_CONCURRENT | LODE_CAP_METRICS_VARY));

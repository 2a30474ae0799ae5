#include "plugins/spaces/darts/space.h"

LODE_PLUGIN(
    "lode.darts", "1.1.0", "Apache-2.0",
    lode::SpaceComponent<darts::Space>(
        "darts", "1.1.0", "Normal and reduction cells of DARTS, about 10^18 pairs.",
        "Each of the two cells has four intermediate nodes; a node sums two edges from distinct "
        "earlier nodes or cell inputs, each with one of seven operations. Architectures are "
        "written as in the DARTS code base: Genotype(normal=[('sep_conv_3x3', 0), ...], "
        "normal_concat=range(2, 6), reduce=[...], reduce_concat=range(2, 6)). Also accepted are "
        "pairs grouped by node, lists instead of tuples and vice versa, a dictionary (JSON), "
        "commas at the end and a name in front. Actions are discretized node by node: the largest "
        "entry of its rows and the largest of its other rows, the first of equals.\n\n"
        "The metrics params, macs and all_operations are those of the network in which found cells "
        "are trained from scratch; the presets are the published networks. The canonical form puts "
        "a cell's intermediate nodes into one order if several orders give the same network.\n\n"
        "Source: Liu, Simonyan and Yang, DARTS, ICLR 2019; the discretization is algorithm 2 of "
        "Mills et al., L2NAS, CIKM 2021."));

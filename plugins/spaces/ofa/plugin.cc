#include "plugins/spaces/ofa/latency.h"
#include "plugins/spaces/ofa/predictor.h"
#include "plugins/spaces/ofa/space.h"

LODE_PLUGIN(
    "lode.ofa", "1.0.0", "Apache-2.0",
    lode::SpaceComponent<ofa::Space>(
        "ofa", "1.0.0", "Sub-networks of the Once-for-All MobileNetV3 supernet.",
        "Five units of two to four layers; each layer has a kernel of 3, 5 or 7 and expands its "
        "channels 3, 4 or 6 times. Written as in the authors' code, {\"ks\": [20 kernels], \"e\": "
        "[20 expansions], \"d\": [5 depths]}; also reads the form that their Python code prints, "
        "with wid and r (r must be the space's resolution). Actions are discretized row by row: "
        "the largest entry, the first of equals. Layers past a unit's depth have values that have "
        "no effect, so the 9^20 * 3^5 = 3.0e21 architectures are (9^2 + 9^3 + 9^4)^5 = 2.2e19 "
        "networks; the canonical architecture of a network has e3_k3 there, and mutations and "
        "neighbors do not change them. Counts parameters and multiply-adds exactly. Source: Cai, "
        "Gan, Wang, Zhang and Han, Once-for-All, ICLR 2020; searched by L2NAS, CIKM 2021."),
    lode::OracleComponent<ofa::LatencyOracle>(
        "ofa.latency", "1.0.0",
        "Latency of sub-networks on a device, from a table of its layers' latencies.",
        "Adds up the latencies of all layers, from the kind of table that the Once-for-All authors "
        "publish for phones: one file for each resolution, for channels of width 1.2 (a table for "
        "1.0 has the same form). Set width and resolution as for the space; binding fails if they "
        "differ or if the table lacks a layer of any sub-network. Source: Cai, Gan, Wang, "
        "Zhang and Han, Once-for-All, ICLR 2020; Cai, Zhu and Han, ProxylessNAS, ICLR 2019.",
        LODE_CAP_CONCURRENT | LODE_CAP_CANONICAL),
    lode::OracleComponent<ofa::PredictorOracle>(
        "ofa.predictor", "1.0.0",
        "Predicted ImageNet accuracy of sub-networks, from a network that was trained to predict "
        "it.",
        "By default the Once-for-All authors' network: a multilayer perceptron that was trained on "
        "the accuracies of 16000 sub-networks of the supernet of width 1.0, measured on images "
        "held out of the training set; its weights come with the plugin. It ranks well and "
        "over-predicts: on 2610 sub-networks measured on the "
        "validation set its rank correlation is 0.87 to 0.89 at each of the resolutions 128, 160 "
        "and 192, and its predictions are too high by 11.5, 5.7 and 5.9 points. Do not compare "
        "them with measured accuracies, nor predictions at resolutions below 160, for which the "
        "authors did not use it, with others: it ranks 128 above 160. "
        "The other layout of `weights` is AutoBuild's graph network for this supernet, for "
        "resolutions of 192 and more: on 792 measured sub-networks at 192 its rank correlation is "
        "0.92, and its predictions are 1.0 points too high. Its weights do not come with the "
        "plugin; `lode import ofa-predictor` makes them, and the perceptron's, from the published "
        "files. Set the resolution as for the space. Batches are faster than single queries. "
        "Source: Cai, Gan, Wang, Zhang and Han, Once-for-All, ICLR 2020; Mills et al., Building "
        "Optimal Neural Architectures using Interpretable Knowledge, CVPR 2024.",
        LODE_CAP_CONCURRENT | LODE_CAP_CANONICAL));

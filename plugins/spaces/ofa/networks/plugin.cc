#include "plugins/spaces/ofa/networks/layer_latency.h"
#include "plugins/spaces/ofa/networks/measured_latency.h"
#include "plugins/spaces/ofa/networks/supernet_oracle.h"
#include "plugins/spaces/ofa/networks/train_oracle.h"

namespace {

constexpr std::uint32_t kCapabilities = LODE_CAP_USES_TORCH | LODE_CAP_ISOLATE | LODE_CAP_CANONICAL;

}  // namespace

LODE_PLUGIN(
    "ofa.networks", "1.0.0", "Apache-2.0",
    lode::OracleComponent<ofa::MeasuredLatencyOracle>(
        "ofa.measured_latency", "1.0.0",
        "Latency of a Once-for-All sub-network, timed on this machine.",
        lode::training::kMeasuredLatencyDoc, kCapabilities),
    lode::OracleComponent<ofa::LayerLatencyOracle>(
        "ofa.layer_latency", "1.0.0",
        "Latency of a Once-for-All sub-network: the sum of its layers', timed on this machine.",
        "Before the first search, times each layer that a sub-network may have alone, with each "
        "kernel and expansion, and the parts around the layers, all as ofa.measured_latency times "
        "whole networks: 96 medians in all. It leaves them as latency_table.yaml, a table that "
        "ofa.latency reads: a later stage searches with table = \"stage:NAME/latency_table.yaml\", "
        "and its latency, unlike this oracle's, is not noisy, since the table is an input of the "
        "run. The directory of the preparation keeps the table, too. A sum is not exactly the "
        "network's latency: alone, a layer finds its input and weights in the cache.",
        kCapabilities),
    lode::OracleComponent<ofa::TrainOracle>(
        "ofa.train", "1.0.0",
        "Trains a Once-for-All sub-network alone on images, from scratch or from a supernet.",
        "The sub-network's own network, with first weights of its own or with the part that it "
        "shares of a supernet (`weights`), trained on one part of the training images and measured "
        "on the part that is set aside for validation and on the test images. Images may have any "
        "size, number of channels and number of classes; the network halves them five times. The "
        "preset finetune is the authors' fine-tuning. The trial's seed draws first weights and "
        "batches, so repeated queries differ. A training that is interrupted continues from its "
        "last checkpoint when the run is resumed. Fidelities: from one epoch to all; the learning "
        "rate ends with the last epoch of each. Source: Cai, Gan, Wang, Zhang and Han, "
        "Once-for-All, ICLR 2020.",
        kCapabilities | LODE_CAP_METRICS_VARY),
    lode::OracleComponent<ofa::SupernetOracle>(
        "ofa.supernet", "1.0.0",
        "Accuracy of a Once-for-All sub-network with the supernet's weights.",
        "The elastic MobileNetV3: a sub-network uses the first channels of each layer, the first "
        "layers of each unit, and the middle of each kernel, times a matrix of the layer. A query "
        "is top-1 and top-5 accuracy of a sub-network with these weights; before it, the "
        "batch-norm moments are recomputed over training images, as the authors do. The supernet "
        "is given as `weights`, which `lode import ofa-weights` makes from the published "
        "checkpoints, or trained before the first search, by progressive shrinking: first the "
        "full network, then, with its knowledge distilled, kernels, depths and expansions become "
        "elastic; all seeds and searches of a run share it. After each epoch of the last phase "
        "random sub-networks can be measured (env_paths). Images may have any size, number of "
        "channels and number of classes. "
        "Networks that differ in inactive layers are one. Source: Cai, Gan, Wang, Zhang and Han, "
        "Once-for-All, ICLR 2020; searched by L2NAS, CIKM 2021.",
        kCapabilities | LODE_CAP_METRICS_VARY));

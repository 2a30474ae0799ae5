#include "plugins/spaces/nb201/networks/measured_latency.h"
#include "plugins/spaces/nb201/networks/supernet_oracle.h"
#include "plugins/spaces/nb201/networks/train_oracle.h"

namespace {

constexpr std::uint32_t kCapabilities = LODE_CAP_USES_TORCH | LODE_CAP_ISOLATE;

}  // namespace

LODE_PLUGIN(
    "nb201.networks", "1.0.0", "Apache-2.0",
    lode::OracleComponent<nb201::MeasuredLatencyOracle>(
        "nb201.measured_latency", "1.0.0",
        "Latency of a NAS-Bench-201 cell's network, timed on this machine.",
        lode::training::kMeasuredLatencyDoc, kCapabilities),
    lode::OracleComponent<nb201::TrainOracle>(
        "nb201.train", "1.0.0", "Trains a NAS-Bench-201 cell's network from scratch on images.",
        "The benchmark's network around the cell, trained on one part of the training images and "
        "measured on the part that is set aside for validation and on the test images. Network, "
        "optimizer, batch and augmentation are the benchmark's at its shorter length of 12 epochs; "
        "with protocol = \"benchmark\" its images, first weights and schedule are, too. The "
        "trial's seed draws the first weights and the batches, so repeated queries differ. A "
        "training that is interrupted continues from its last checkpoint when the run is resumed. "
        "Fidelities: from one epoch to all; the learning rate ends with the last epoch of each. "
        "Source: Dong and Yang, NAS-Bench-201, ICLR 2020.",
        kCapabilities | LODE_CAP_METRICS_VARY),
    lode::OracleComponent<nb201::SupernetOracle>(
        "nb201.supernet", "1.0.0",
        "Validation accuracy of a NAS-Bench-201 cell with weights that all cells share.",
        "A network in which every edge has the weights of every operation is trained once: each "
        "batch trains a random path. A query is the validation accuracy of a cell's path with "
        "these weights. By default a path is one cell's, and its batch-norm moments are recomputed "
        "over training images before it is measured (those gathered in training mix all cells): "
        "Single Path One-Shot. The presets spos, rsps and setn follow their authors' programs. All "
        "seeds and searches of a run share the supernet; it is trained before the first of them, "
        "or given as `weights`. An optimizer that trains a relaxed network (darts, say) trains the "
        "supernet itself: each edge of a cell adds its operations times their weights, on both "
        "parts of the training images alike, augmented and in batches of batch_size; queries then "
        "measure cells with the weights of the moment. It offers everything that lode/plugin.h "
        "describes. Unrolled gradients are those of DARTS's program, without momentum: the virtual "
        "step includes weight decay, and the product with the second derivative is a difference. "
        "The network can be restarted with another depth, a multiple of three, with fewer "
        "operations, and with dropout of identities. The presets darts and gdas have the "
        "benchmark authors' settings of such searches. Sources: Guo et al., Single Path One-Shot "
        "NAS, ECCV 2020; Li and "
        "Talwalkar, UAI 2019; Dong and Yang, SETN, ICCV 2019; network and runs of the last two: "
        "Dong and Yang, NAS-Bench-201, ICLR 2020.",
        kCapabilities));

#include "plugins/spaces/darts/networks/measured_latency.h"
#include "plugins/spaces/darts/networks/supernet_oracle.h"
#include "plugins/spaces/darts/networks/train_oracle.h"

namespace {

constexpr std::uint32_t kCapabilities = LODE_CAP_USES_TORCH | LODE_CAP_ISOLATE;

}  // namespace

LODE_PLUGIN(
    "darts.networks", "1.0.0", "Apache-2.0",
    lode::OracleComponent<darts::MeasuredLatencyOracle>(
        "darts.measured_latency", "1.0.0",
        "Latency of a DARTS genotype's network, without auxiliary head, timed on this machine.",
        lode::training::kMeasuredLatencyDoc, kCapabilities),
    lode::OracleComponent<darts::TrainOracle>(
        "darts.train", "1.0.0", "Trains a DARTS genotype's network from scratch on images.",
        "The network in which found cells are evaluated, trained on one part of the training "
        "images and measured on the part that is set aside for validation and on the test images. "
        "By default it is small and trained briefly; the presets cifar and imagenet are the "
        "published trainings. The trial's seed draws the first weights and the batches, "
        "so repeated queries differ. A training that is interrupted continues from its last "
        "checkpoint when the run is resumed. Fidelities: from one epoch to all; the learning rate "
        "ends with the last epoch of each. Source: Liu, Simonyan and Yang, DARTS, ICLR 2019.",
        kCapabilities | LODE_CAP_METRICS_VARY),
    lode::OracleComponent<darts::SupernetOracle>(
        "darts.supernet", "1.0.0",
        "Validation accuracy of a DARTS genotype with weights that all genotypes share.",
        "The search network of PC-DARTS with partial channels and without edge normalization is "
        "trained once: each batch trains the path of a random genotype, uniform as the space "
        "decodes uniform actions, and costs what that path costs. A query is the validation "
        "accuracy of a genotype's path with these weights; before it, the batch-norm moments are "
        "recomputed over training images, since those gathered in training mix all paths. After "
        "each epoch of the training random paths are measured; the highest accuracy of an epoch is "
        "kept with the weights as accuracy_env, to which [reward] can refer. All seeds and "
        "searches of a run share the supernet; it is trained before the first of them, or given as "
        "`weights`. An optimizer that trains a relaxed network (darts, say) trains the supernet "
        "itself: each edge of a cell adds its operations times their weights, and channels bypass "
        "it with the sum of these weights; with channel_groups = 1 this is DARTS's own search "
        "network. It trains on both parts of the training images alike, augmented and in batches "
        "of batch_size; queries then measure genotypes with the weights of the moment. It offers "
        "everything that lode/plugin.h describes. Unrolled gradients are those of DARTS's program, "
        "without momentum: the virtual step includes weight decay, and the product with the second "
        "derivative is a difference. The network can be restarted with another number of cells, "
        "with fewer operations, and with dropout of identities (P-DARTS). Sources: Mills et al., "
        "L2NAS, CIKM 2021; Xu et al., PC-DARTS, ICLR 2020; Liu, "
        "Simonyan and Yang, DARTS, ICLR 2019.",
        kCapabilities));

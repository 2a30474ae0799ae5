#include "plugins/optimizers/arch2vec/arch2vec_bo.h"
#include "plugins/optimizers/arch2vec/arch2vec_rl.h"

LODE_PLUGIN(
    "lode.arch2vec", "1.1.0", "Apache-2.0",
    lode::OptimizerComponent<arch2vec::Arch2VecBo>(
        "arch2vec_bo", "1.1.0",
        "Bayesian optimization on an embedding that is learned without evaluations (arch2vec).",
        "Yan, Zheng, Ao, Zeng and Zhang, Does Unsupervised Architecture Representation Learning "
        "Help Neural Architecture Search?, NeurIPS 2020. A variational graph autoencoder learns a "
        "vector for each architecture; a network with a Bayesian linear regression on its last "
        "layer (DNGO) predicts rewards from vectors; the candidate of the largest expected "
        "improvement is proposed. Each cell of a genotype and each unit of a sub-network is "
        "embedded by itself, and an architecture's vector joins theirs. The embedding is learned "
        "once. With the authors' settings it reconstructs 99.9 % of the cells of NAS-Bench-201 "
        "that were held out, after 20 seconds; with those of the preset large 97 % of held-out "
        "DARTS genotypes and all held-out sub-networks of Once-for-All, after some minutes. It is "
        "kept in "
        "$XDG_CACHE_HOME/lode/arch2vec (default: ~/.cache) for all seeds and searches with the "
        "same parameters. The defaults are the settings of the authors' program for "
        "NAS-Bench-201 (preset nb201). What a limit has rejected counts as the lowest reward so "
        "far. "
        "Architectures are not repeated until all are known.",
        LODE_CAP_EXPLORES | LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER),
    lode::OptimizerComponent<arch2vec::Arch2VecRl>(
        "arch2vec_rl", "1.1.0",
        "REINFORCE in an embedding that is learned without evaluations (arch2vec).",
        "The same authors, paper and embedding as arch2vec_bo. A recurrent policy sees the vector "
        "of the architecture before and draws a point of the embedding; the nearest candidate that "
        "is new is proposed. The policy learns after each episode. What a limit has rejected "
        "counts as the lowest reward so far. Architectures are not repeated until all are known.",
        LODE_CAP_EXPLORES | LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER));

#include "plugins/optimizers/bananas/bananas.h"

namespace bananas {

lode::Presets Bananas::Presets() {
  return {Quick(),
          {"paper",
           "The settings of the authors' code: ten narrow layers on paths, mutations of the best.",
           {{"initial", std::int64_t{10}},
            {"per_round", std::int64_t{10}},
            {"encoding", "paths"},
            {"most_paths", std::int64_t{40}},
            {"targets", "standard"},
            {"networks", std::int64_t{5}},
            {"layers", std::int64_t{10}},
            {"width", std::int64_t{20}},
            {"loss", "absolute"},
            {"learning_rate", 0.01},
            {"epochs", std::int64_t{150}},
            {"batch_size", std::int64_t{32}},
            {"most_steps", std::int64_t{1000000}},
            {"mutants", std::int64_t{100}},
            {"parents", std::int64_t{1}},
            // Their rate of mutation, 1, changes each of NAS-Bench-201's six operations with
            // probability 1/4, 1.5 on average; this makes 1.43 changes on average.
            {"further_mutation", 0.3},
            {"uniform", std::int64_t{0}}}}};
}

}  // namespace bananas

LODE_PLUGIN(
    "lode.bananas", "1.0.0", "Apache-2.0",
    lode::OptimizerComponent<bananas::Bananas>(
        "bananas", "1.0.0",
        "BANANAS: Thompson sampling from an ensemble of networks on encoded paths.",
        "White, Neiswanger and Savani, BANANAS: Bayesian Optimization with Neural Architectures "
        "for Neural Architecture Search, AAAI 2021. An ensemble of networks learns rewards from "
        "the decisions and, where the space gives a graph with branches, from the paths of "
        "operations in it. Candidates are mutations of the best architectures and random ones; a "
        "round proposes those with the largest values, each drawn from the normal distribution "
        "that the networks' mean and deviation give. Preset quick takes far less time than the "
        "authors' settings (preset paper). Path encodings differ from the authors': skip "
        "connections are not part of a path. It learns rewards, also where a pipeline has several "
        "goals; rejected and failed trials count as the worst. Architectures are not repeated "
        "until all are known.",
        LODE_CAP_EXPLORES | LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER));

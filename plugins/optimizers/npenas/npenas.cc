#include "plugins/optimizers/npenas/npenas.h"

namespace npenas {

lode::Presets Npenas::Presets() {
  return {Quick(),
          {"paper",
           "The settings of the authors' code, with one perceptron for their graph network.",
           {{"initial", std::int64_t{10}},
            {"per_round", std::int64_t{10}},
            {"encoding", "both"},
            {"most_paths", std::int64_t{128}},
            {"targets", "standard"},
            {"networks", std::int64_t{1}},
            {"layers", std::int64_t{4}},
            {"width", std::int64_t{32}},
            {"loss", "squared"},
            {"learning_rate", 0.005},
            {"epochs", std::int64_t{300}},
            {"batch_size", std::int64_t{16}},
            {"most_steps", std::int64_t{1000000}},
            {"mutants", std::int64_t{100}},
            {"parents", std::int64_t{10}},
            {"further_mutation", 0.0},
            {"uniform", std::int64_t{0}}}}};
}

}  // namespace npenas

LODE_PLUGIN(
    "lode.npenas", "1.0.0", "Apache-2.0",
    lode::OptimizerComponent<npenas::Npenas>(
        "npenas", "1.0.0",
        "NPENAS: evolution that measures the mutants which a predictor expects to be best.",
        "Wei, Niu, Tang, Wang, Hu and Liang, NPENAS: Neural Predictor Guided Evolution for Neural "
        "Architecture Search, 2020. In each round the best architectures are mutated many times, "
        "and the mutants with the largest predicted rewards are proposed. The predictor is that of "
        "bananas: perceptrons on decisions and encoded paths, of which the mean counts; the "
        "authors' NPENAS-NP has one graph network. Preset paper has the settings of the authors' "
        "code. It learns rewards, also where a pipeline has several goals; rejected and failed "
        "trials count as the worst. Architectures are not repeated until all are known.",
        LODE_CAP_EXPLORES | LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER));

#include <lode/plugin.hpp>

#include "plugins/explorations/epsilon_greedy.h"
#include "plugins/explorations/uniform_noise.h"
#include "plugins/explorations/warm_up.h"

LODE_PLUGIN(
    "lode.exploration", "1.0.0", "Apache-2.0",
    lode::ExplorationComponent<exploration::EpsilonGreedy>(
        "epsilon_greedy", "1.0.0",
        "Takes a random action with a probability that falls over the first steps.",
        "The probability changes from start to end along a cosine or a line and stays there; "
        "it is recorded as 'epsilon' with every trial. The defaults are the settings of "
        "the L2NAS paper for NAS-Bench-201."),
    lode::ExplorationComponent<exploration::WarmUp>(
        "warm_up", "1.0.0", "Takes random actions for a number of steps at the start.",
        "Afterwards every action comes from the optimizer. The L2NAS paper uses 3000 steps on "
        "DARTS and OFA, 500 when fine-tuning."),
    lode::ExplorationComponent<exploration::UniformNoise>(
        "uniform_noise", "1.0.0", "Adds uniform noise to the optimizer's actions.",
        "For optimizers that propose actions and add no noise of their own; l2nas has "
        "its own, the parameter 'noise', and does not need this. Has no effect on "
        "optimizers that propose architectures."));

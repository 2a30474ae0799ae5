// AccEnv of a reward (eq. 7), taken from the file that it refers to.
#pragma once

#include "core/config/pipeline.h"

namespace lode::core {

// Reads [reward] accuracy_env, if the file exists: the number becomes the reward's reference, and
// is all that runs keep. A file of a stage that has not run yet is left for later. Throws HostError
// if the file is not in the format safetensors, or its metadata has no "accuracy_env" above 0.
void TakeAccuracyEnv(RewardConfig& reward);

}  // namespace lode::core

// AccEnv of a reward (eq. 7), taken from the file that it refers to.
#pragma once

#include <filesystem>
#include <optional>

#include "core/config/pipeline.h"

namespace lode::core {

// Reads [reward] accuracy_env, if the file exists: the number becomes the reward's reference, and
// is all that runs keep. A file of a stage that has not run yet is left for later. Throws HostError
// if the file is not in the format safetensors, or its metadata has no "accuracy_env" above 0.
void TakeAccuracyEnv(RewardConfig& reward);

// Returns the accuracy that "stage:NAME" refers to for the stage with this directory, if it has
// trained a supernet whose file has one.
std::optional<double> AccuracyEnvOfStage(const std::filesystem::path& directory);

}  // namespace lode::core

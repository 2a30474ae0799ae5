// What oracles that train networks on images have in common, whatever the networks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lode/plugin.hpp>
#include <string>

#include "toolkit/files/safetensors.h"
#include "toolkit/training/device.h"
#include "toolkit/training/task.h"
#include "toolkit/training/trainer.h"

namespace lode::training {

// An oracle's Config derives from it.
struct NetworkOracleConfig : TaskConfig, TrainingConfig, DeviceConfig {};

// The metric of accuracy on a split: "valid_accuracy", "test_top5", ...
Metric AccuracyMetric(const NetworkOracleConfig& config, lode_split split, bool top5, bool noisy);

TrainingHooks HooksOf(const Host& host);

// Reads weights that were trained on the task's part for training. Throws IoError if the file
// cannot be read, InvalidError if it says that the images were split differently: the weights may
// have seen those for validation. Files of other programs do not say it.
files::Safetensors ReadWeights(const std::string& file, const Task& task);

// What such a file says in its metadata.
files::Metadata SplitOf(const Task& task);

// Describes task, training and machine in words, for what is stored of a training.
std::string Describe(const NetworkOracleConfig& config, const Task& task, const Host& host);

}  // namespace lode::training

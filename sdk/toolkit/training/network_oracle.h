// What oracles that train networks on images have in common, whatever the networks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lode/plugin.hpp>
#include <string>

#include "toolkit/training/device.h"
#include "toolkit/training/task.h"
#include "toolkit/training/trainer.h"

namespace lode::training {

// An oracle's Config derives from it.
struct NetworkOracleConfig : TaskConfig, TrainingConfig, DeviceConfig {};

// The metric of accuracy on a split: "valid_accuracy", "test_top5", ...
Metric AccuracyMetric(const NetworkOracleConfig& config, lode_split split, bool top5, bool noisy);

TrainingHooks HooksOf(const Host& host);

// Describes task, training and machine in words, for what is stored of a training.
std::string Describe(const NetworkOracleConfig& config, const Task& task, const Host& host);

}  // namespace lode::training

// Where networks run.
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_PLUGINS_TRAINING_DEVICE_H_
#define LODE_PLUGINS_TRAINING_DEVICE_H_

#include <torch/torch.h>

#include <string>

#include "plugins/images/loader.h"

namespace training {

// "cpu", "cuda" or "cuda:1". Throws lode::InvalidError for another name, and lode::UnsupportedError
// if this LibTorch or this machine has no such device.
torch::Device DeviceOf(const std::string& name);

// Mixed precision on a device that has it: while it lives, operations of this thread that are safe
// in bfloat16 run in it. Nothing on the CPU.
class MixedPrecision {
 public:
  MixedPrecision(const torch::Device& device, bool wanted);
  MixedPrecision(const MixedPrecision&) = delete;
  ~MixedPrecision();

 private:
  bool active_;
};

// Sets how many threads LibTorch's operations have that are started by the calling thread.
void UseThreads(std::int64_t threads);

// The batch's images on the device: (size, channels, height, width) in the memory format
// channels-last. On the CPU they stay the batch's memory: valid while it is unchanged.
torch::Tensor ImagesOf(lode::images::Batch& batch, const torch::Device& device);
torch::Tensor LabelsOf(lode::images::Batch& batch, const torch::Device& device);

}  // namespace training

#endif  // LODE_PLUGINS_TRAINING_DEVICE_H_

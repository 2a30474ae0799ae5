// Where networks run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <lode/plugin.hpp>
#include <string>

#include "toolkit/images/loader.h"
#include "toolkit/training/parameters.h"

namespace lode::training {

// Parameters of oracles that compute on a device; an oracle's Config derives from it.
struct DeviceConfig {
  std::string device = "cpu";
};

// Appends them to an oracle's own parameters.
template <class C>
void AddDeviceParameters(Params<C>& params) {
  const auto add = Appender<DeviceConfig>(params);
  add("device", &DeviceConfig::device,
      "Where networks run: cpu, or cuda:0 and so on if LibTorch supports it.");
}

// Returns the device "cpu", "cuda" or "cuda:1". Throws InvalidError for any other name, and
// UnsupportedError if this LibTorch or this machine does not have the device.
torch::Device DeviceOf(const std::string& name);

// Mixed precision on devices that support it: while the object lives, operations of this thread
// that are safe in bfloat16 run in it. Does nothing on the CPU.
class MixedPrecision {
 public:
  MixedPrecision(const torch::Device& device, bool wanted);
  MixedPrecision(const MixedPrecision&) = delete;
  ~MixedPrecision();

 private:
  bool active_;
};

// Calls `body`, turning LibTorch's own errors, which are many lines long, into the SDK's errors.
template <class Body>
auto CallTorch(const Body& body) {
  try {
    return body();
  } catch (const c10::Error& e) { throw Error(LODE_E_INTERNAL, e.what_without_backtrace()); }
}

// Sets how many threads LibTorch uses for operations started by the calling thread.
void UseThreads(std::int64_t threads);

// For the body of at::parallel_for: makes the operations in it round as with one thread.
void UseOneThreadInParallelFor();

// Returns the batch's images on the device: (size, channels, height, width) in the memory format
// channels-last. On the CPU they share the batch's memory: valid while the batch is unchanged.
torch::Tensor ImagesOf(images::Batch& batch, const torch::Device& device);
torch::Tensor LabelsOf(images::Batch& batch, const torch::Device& device);

}  // namespace lode::training

#include "toolkit/training/device.h"

#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <omp.h>

#include <lode/plugin.hpp>
#include <lode/text.hpp>

namespace lode::training {
namespace {

// LibTorch sets autocast by device type since 2.4; before, each type had its own functions.
void SetAutocast(bool enabled) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  at::autocast::set_autocast_dtype(at::kCUDA, at::kBFloat16);
  at::autocast::set_autocast_enabled(at::kCUDA, enabled);
#else
  at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
  at::autocast::set_enabled(enabled);
#endif
}

}  // namespace

torch::Device DeviceOf(const std::string& name) {
  const torch::Device device = [&] {
    try {
      return torch::Device(name);
    } catch (const c10::Error&) {
      throw InvalidError("device " + Quote(name) +
                         " is not a device, expected \"cpu\" or a name such as \"cuda:0\"");
    }
  }();
  if (device.is_cpu()) { return device; }
  if (!device.is_cuda()) {
    throw InvalidError("device " + Quote(name) + ": expected \"cpu\" or \"cuda:N\"");
  }
  const auto count = static_cast<std::int64_t>(torch::cuda::device_count());
  if (!torch::cuda::is_available() || device.index() >= count) {
    throw UnsupportedError("device " + Quote(name) + ": LibTorch sees " + std::to_string(count) +
                           " CUDA devices here");
  }
  return device;
}

MixedPrecision::MixedPrecision(const torch::Device& device, bool wanted)
    : active_(wanted && device.is_cuda()) {
  if (!active_) { return; }
  SetAutocast(true);
}

MixedPrecision::~MixedPrecision() {
  if (!active_) { return; }
  SetAutocast(false);
  at::autocast::clear_cache();
}

void UseThreads(std::int64_t threads) { at::set_num_threads(static_cast<int>(threads)); }

// LibTorch sets a thread's number when it is first queried, and again when this plugin's copy of
// its inline functions is first queried: both are queried first.
void UseOneThreadInParallelFor() {
  at::get_num_threads();
  at::internal::lazy_init_num_threads();
  omp_set_num_threads(1);
}

torch::Tensor ImagesOf(images::Batch& batch, const torch::Device& device) {
  const auto size = [](std::size_t n) { return static_cast<std::int64_t>(n); };
  const torch::Tensor rows = torch::from_blob(
      batch.images.data(),
      {size(batch.size), size(batch.height), size(batch.width), size(batch.channels)});
  return rows.permute({0, 3, 1, 2}).to(device);
}

torch::Tensor LabelsOf(images::Batch& batch, const torch::Device& device) {
  return torch::from_blob(batch.labels.data(), {static_cast<std::int64_t>(batch.size)},
                          torch::kLong)
      .to(device);
}

}  // namespace lode::training

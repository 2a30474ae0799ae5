#include "toolkit/training/image_parts.h"

#include <ATen/Parallel.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "toolkit/training/device.h"

namespace lode::training {
namespace {

using torch::Tensor;

constexpr std::int64_t kImages = 16;  // in a part

}  // namespace

Tensor InParts(const Tensor& images, const Pass& pass,
               const std::function<Tensor(const Tensor& part)>& network) {
  const bool together = pass.batch_moments || torch::GradMode::is_enabled() || images.is_cuda();
  if (together || images.size(0) <= kImages) { return network(images); }
  const std::vector<Tensor> parts = images.split(kImages);
  std::vector<Tensor> results(parts.size());
  at::parallel_for(0, static_cast<std::int64_t>(parts.size()), 1, [&](auto begin, auto end) {
    const torch::NoGradGuard no_grad;  // it is thread-local
    UseOneThreadInParallelFor();
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      results[i] = network(parts[i]);
    }
  });
  return torch::cat(results);
}

}  // namespace lode::training

#include "toolkit/training/channels_last.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "toolkit/kernels/channels_last.h"

namespace lode::training {
namespace {

using torch::Tensor;

const kernels::ChannelsLastSet& Kernels() { return kernels::BestChannelsLast(); }

std::size_t ChannelsOf(const Tensor& x) { return static_cast<std::size_t>(x.size(1)); }

std::size_t PixelsOf(const Tensor& x) {
  return static_cast<std::size_t>(x.size(0) * x.size(2) * x.size(3));
}

std::size_t RunsOf(const Tensor& x) { return (PixelsOf(x) + kernels::kRun - 1) / kernels::kRun; }

// Calls body(run, first pixel, pixels) for every run.
template <class Body>
void ForRuns(const Tensor& x, const Body& body) {
  const std::size_t pixels = PixelsOf(x);
  at::parallel_for(0, static_cast<std::int64_t>(RunsOf(x)), 1,
                   [&](std::int64_t begin, std::int64_t end) {
                     for (auto run = static_cast<std::size_t>(begin);
                          run < static_cast<std::size_t>(end); ++run) {
                       const std::size_t first = run * kernels::kRun;
                       body(run, first, std::min(kernels::kRun, pixels - first));
                     }
                   });
}

float* Data(const Tensor& x) { return x.defined() ? x.data_ptr<float>() : nullptr; }

float* At(float* data, std::size_t offset) { return data != nullptr ? data + offset : nullptr; }

kernels::Term TermOf(const Addend& addend) {
  const auto channels = [](const Channels& c) { return c.empty() ? nullptr : c.data(); };
  return {Data(addend.x), channels(addend.scale), channels(addend.shift)};
}

using Terms = std::array<kernels::Term, kernels::kMostTerms>;

Terms From(Terms terms, std::size_t count, std::size_t offset) {
  for (std::size_t k = 0; k < count; ++k) { terms[k].x += offset; }
  return terms;
}

Terms TermsOf(const std::vector<Tensor>& tensors) {
  Terms terms{};
  std::ranges::transform(tensors, terms.begin(),
                         [](const Tensor& x) { return kernels::Term{Data(x)}; });
  return terms;
}

// Calls pool(image's x, image's out, room) for every image.
template <class Pool>
void ForImages(const Tensor& x, const Tensor& out, const Pool& pool) {
  const auto floats = static_cast<std::size_t>(x.size(1) * x.size(2) * x.size(3));
  const std::size_t room_floats = static_cast<std::size_t>(x.size(3) + 2) * ChannelsOf(x);
  at::parallel_for(0, x.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> room(room_floats);
    for (auto n = static_cast<std::size_t>(begin); n < static_cast<std::size_t>(end); ++n) {
      pool(Data(x) + n * floats, Data(out) + n * floats, room.data());
    }
  });
}

}  // namespace

bool IsChannelsLast(const Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == torch::kFloat && x.dim() == 4 &&
         x.is_contiguous(at::MemoryFormat::ChannelsLast);
}

Tensor EmptyLike(const Tensor& x) {
  return torch::empty(x.sizes(), x.options(), at::MemoryFormat::ChannelsLast);
}

void Sum(const std::vector<Addend>& addends, const SumTarget& target) {
  Terms terms{};
  std::ranges::transform(addends, terms.begin(), TermOf);
  const Tensor& shape = addends.front().x;
  const std::size_t channels = ChannelsOf(shape);
  ForRuns(shape, [&](std::size_t, std::size_t first, std::size_t pixels) {
    const std::size_t offset = first * channels;
    Kernels().sum(pixels, channels, From(terms, addends.size(), offset).data(), addends.size(),
                  At(Data(target.sum), offset), At(Data(target.relu), offset));
  });
}

void GatedSum(const Tensor& gate, const std::vector<Tensor>& gated,
              const std::vector<Tensor>& plain, const Tensor& dx) {
  const Terms behind = TermsOf(gated), before = TermsOf(plain);
  const std::size_t channels = ChannelsOf(dx);
  ForRuns(dx, [&](std::size_t, std::size_t first, std::size_t pixels) {
    const std::size_t offset = first * channels;
    Kernels().gated_sum(pixels, channels, Data(gate) + offset,
                        From(behind, gated.size(), offset).data(), gated.size(),
                        From(before, plain.size(), offset).data(), plain.size(), Data(dx) + offset);
  });
}

void AveragePool(const Tensor& x, const Tensor& out, bool accumulate) {
  const auto height = static_cast<std::size_t>(x.size(2));
  const auto width = static_cast<std::size_t>(x.size(3));
  ForImages(x, out, [&](const float* image, float* to, float* room) {
    Kernels().average_pool(height, width, ChannelsOf(x), image, to, accumulate, room);
  });
}

void AveragePoolGradient(const Tensor& dy, const Tensor& dx, bool accumulate) {
  const auto height = static_cast<std::size_t>(dy.size(2));
  const auto width = static_cast<std::size_t>(dy.size(3));
  ForImages(dy, dx, [&](const float* image, float* to, float* room) {
    Kernels().average_pool_gradient(height, width, ChannelsOf(dy), image, to, accumulate, room);
  });
}

// The runs' moments are combined as in Chan, Golub and LeVeque (1979), in their order.
Moments MomentsOf(const Tensor& x) {
  const std::size_t channels = ChannelsOf(x), pixels = PixelsOf(x), runs = RunsOf(x);
  std::vector<float> sums(runs * channels), squares(runs * channels);
  ForRuns(x, [&](std::size_t run, std::size_t first, std::size_t count) {
    Kernels().statistics(count, channels, Data(x) + first * channels, &sums[run * channels],
                         &squares[run * channels]);
  });
  Moments moments{Channels(channels), Channels(channels)};
  const auto total = static_cast<double>(pixels);
  for (std::size_t c = 0; c < channels; ++c) {
    double sum = 0, square = 0;
    for (std::size_t run = 0; run < runs; ++run) {
      sum += static_cast<double>(sums[run * channels + c]);
    }
    const double mean = sum / total;
    for (std::size_t run = 0; run < runs; ++run) {
      const auto count = static_cast<double>(std::min(kernels::kRun, pixels - run * kernels::kRun));
      const double distance = static_cast<double>(sums[run * channels + c]) / count - mean;
      square += static_cast<double>(squares[run * channels + c]) + count * distance * distance;
    }
    moments.mean[c] = static_cast<float>(mean);
    moments.variance[c] = static_cast<float>(square / total);
  }
  return moments;
}

GradientSums GradientSumsOf(const Tensor& dy, const Tensor& x, const Channels& mean) {
  const std::size_t channels = ChannelsOf(x), runs = RunsOf(x);
  std::vector<float> gradients(runs * channels), products(runs * channels);
  ForRuns(x, [&](std::size_t run, std::size_t first, std::size_t count) {
    const std::size_t offset = first * channels;
    Kernels().gradient_sums(count, channels, Data(dy) + offset, Data(x) + offset, mean.data(),
                            &gradients[run * channels], &products[run * channels]);
  });
  GradientSums sums{Channels(channels), Channels(channels)};
  for (std::size_t c = 0; c < channels; ++c) {
    double gradient = 0, product = 0;
    for (std::size_t run = 0; run < runs; ++run) {
      gradient += static_cast<double>(gradients[run * channels + c]);
      product += static_cast<double>(products[run * channels + c]);
    }
    sums.gradient[c] = static_cast<float>(gradient);
    sums.product[c] = static_cast<float>(product);
  }
  return sums;
}

}  // namespace lode::training

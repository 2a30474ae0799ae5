#include "toolkit/images/resize.h"

#include <algorithm>
#include <cmath>

namespace lode::images {
namespace {

constexpr int kPrecision = 22;  // fractional bits of a weight; the pixel takes 8 more, 2 are spare
constexpr std::int32_t kHalf = 1 << (kPrecision - 1);

std::uint8_t ToByte(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kPrecision, 0, 255));
}

double Triangle(double x) { return std::max(0.0, 1.0 - std::abs(x)); }

}  // namespace

// Computes the weights for pixels [first, first + count) of `to` when `from` pixels are resized to
// it.
void Resizer::Weigh(std::size_t from, std::size_t to, std::size_t first, std::size_t count,
                    Axis& axis) {
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const double support = std::max(scale, 1.0);
  axis.taps.clear();
  axis.weights.clear();
  std::vector<double> weights;
  for (std::size_t i = first; i < first + count; ++i) {
    const double center = (static_cast<double>(i) + 0.5) * scale;
    const double low = center - support + 0.5, high = center + support + 0.5;
    const auto begin = static_cast<std::size_t>(std::max(low, 0.0));
    const auto end = std::min(static_cast<std::size_t>(high), from);
    weights.clear();
    double sum = 0;
    for (std::size_t x = begin; x < end; ++x) {
      // The scale as a factor, like Pillow: a division would round differently.
      weights.push_back(Triangle((static_cast<double>(x) - center + 0.5) * (1.0 / support)));
      sum += weights.back();
    }
    axis.taps.push_back({begin, end - begin, axis.weights.size()});
    for (const double w : weights) {
      const double rounded = w / sum * (1 << kPrecision) + 0.5;
      axis.weights.push_back(static_cast<std::int32_t>(rounded));
    }
  }
}

// Resizes rows [first, first + rows) of `from` into rows_.
void Resizer::PassAcross(const Image& image, const Box& from, std::size_t first, std::size_t rows) {
  const std::size_t channels = image.channels;
  rows_.resize(rows * across_.taps.size() * channels);
  std::uint8_t* out = rows_.data();
  for (std::size_t y = 0; y < rows; ++y) {
    const std::uint8_t* row =
        image.pixels.data() + ((from.top + first + y) * image.width + from.left) * channels;
    for (const Taps& taps : across_.taps) {
      const std::int32_t* weights = across_.weights.data() + taps.weights;
      for (std::size_t c = 0; c < channels; ++c) {
        const std::uint8_t* pixel = row + taps.begin * channels + c;
        std::int32_t sum = kHalf;
        for (std::size_t k = 0; k < taps.count; ++k) { sum += pixel[k * channels] * weights[k]; }
        *out++ = ToByte(sum);
      }
    }
  }
}

// Resizes rows_, which start at row `first`, into `out`.
void Resizer::PassDown(std::size_t first, std::size_t channels, Image& out) const {
  const std::size_t stride = across_.taps.size() * channels;
  std::vector<std::int32_t> sums(stride);
  out.pixels.resize(down_.taps.size() * stride);
  for (std::size_t y = 0; y < down_.taps.size(); ++y) {
    const Taps& taps = down_.taps[y];
    std::fill(sums.begin(), sums.end(), kHalf);
    for (std::size_t k = 0; k < taps.count; ++k) {
      const std::uint8_t* row = rows_.data() + (taps.begin - first + k) * stride;
      const std::int32_t weight = down_.weights[taps.weights + k];
      for (std::size_t x = 0; x < stride; ++x) { sums[x] += row[x] * weight; }
    }
    for (std::size_t x = 0; x < stride; ++x) { out.pixels[y * stride + x] = ToByte(sums[x]); }
  }
}

void Resizer::Run(const Image& image, const Box& from, std::size_t height, std::size_t width,
                  const Box& window, Image& out) {
  Weigh(from.width, width, window.left, window.width, across_);
  Weigh(from.height, height, window.top, window.height, down_);
  const std::size_t first = down_.taps.front().begin;
  const std::size_t end = down_.taps.back().begin + down_.taps.back().count;
  PassAcross(image, from, first, end - first);
  out.height = window.height;
  out.width = window.width;
  out.channels = image.channels;
  PassDown(first, image.channels, out);
}

}  // namespace lode::images

#include "plugins/spaces/nb201/cost.h"

namespace nb201 {
namespace {

NetworkSize& operator+=(NetworkSize& sum, const NetworkSize& term) {
  sum.params += term.params;
  sum.macs += term.macs;
  return sum;
}

// A convolution without bias; `side` is that of its output.
NetworkSize Convolution(std::uint64_t kernel, std::uint64_t in, std::uint64_t out,
                        std::uint64_t side) {
  const std::uint64_t weights = kernel * kernel * in * out;
  return {weights, weights * side * side};
}

NetworkSize BatchNorm(std::uint64_t channels) { return {2 * channels, 0}; }

NetworkSize Linear(std::uint64_t in, std::uint64_t out) { return {in * out + out, in * out + out}; }

// A block that reads half as many channels and an image of twice the side: two 3x3 convolutions
// with batch norms, and a 1x1 convolution without one after an average pool.
NetworkSize ResidualBlock(std::uint64_t channels, std::uint64_t side) {
  NetworkSize size = Convolution(3, channels / 2, channels, side);
  size += BatchNorm(channels);
  size += Convolution(3, channels, channels, side);
  size += BatchNorm(channels);
  size += Convolution(1, channels / 2, channels, side);
  return size;
}

}  // namespace

NetworkSizes::NetworkSizes(const NetworkShape& shape) {
  std::uint64_t channels = shape.channels, side = shape.pixels;
  outside_ += Convolution(3, 3, channels, side);
  outside_ += BatchNorm(channels);
  for (int stage = 0; stage < 3; ++stage) {
    if (stage > 0) {
      channels *= 2;
      side /= 2;
      outside_ += ResidualBlock(channels, side);
    }
    for (std::uint64_t cell = 0; cell < shape.cells; ++cell) {
      operation_[kConv1x1] += Convolution(1, channels, channels, side);
      operation_[kConv1x1] += BatchNorm(channels);
      operation_[kConv3x3] += Convolution(3, channels, channels, side);
      operation_[kConv3x3] += BatchNorm(channels);
    }
  }
  outside_ += BatchNorm(channels);
  outside_ += Linear(channels, shape.classes);
}

NetworkSize NetworkSizes::Of(const Cell& cell) const {
  NetworkSize size = outside_;
  for (const Operation operation : cell) { size += operation_[operation]; }
  return size;
}

}  // namespace nb201

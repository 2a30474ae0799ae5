#include "toolkit/training/depthwise.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <ostream>
#include <vector>

namespace lode::training {
namespace {

using torch::Tensor;

struct DepthwiseCase {
  std::int64_t images, channels, height, width, kernel, stride, dilation;

  friend std::ostream& operator<<(std::ostream& out, const DepthwiseCase& c) {
    return out << c.images << "x" << c.channels << "x" << c.height << "x" << c.width << " kernel "
               << c.kernel << " stride " << c.stride << " dilation " << c.dilation;
  }
};

// Whole vectors, their tails, several pixels in a vector, odd sizes, images smaller than kernels.
constexpr DepthwiseCase kDepthwiseCases[] = {
    {3, 16, 8, 8, 3, 1, 1}, {2, 36, 7, 9, 5, 1, 1},  {2, 4, 8, 8, 5, 1, 2},  {1, 8, 6, 6, 3, 1, 2},
    {2, 4, 5, 7, 3, 1, 1},  {3, 16, 8, 8, 3, 2, 1},  {2, 20, 9, 7, 5, 2, 2}, {2, 4, 8, 8, 3, 2, 1},
    {1, 5, 1, 1, 5, 1, 2},  {2, 48, 3, 12, 7, 1, 1}, {1, 1, 4, 4, 7, 2, 1}};

struct DepthwiseValues {
  Tensor out, dx, dw;
};

template <class Convolution>
DepthwiseValues DepthwiseValuesOf(const Convolution& convolution, const Tensor& x,
                                  const Tensor& weight) {
  const Tensor leaf = x.clone().requires_grad_(), taps = weight.clone().requires_grad_();
  DepthwiseValues values;
  values.out = convolution(leaf, taps);
  const Tensor dy = torch::sin(torch::arange(values.out.numel(), x.options()))
                        .reshape(values.out.sizes());  // not in channels-last
  values.out.backward(dy);
  values.dx = leaf.grad();
  values.dw = taps.grad();
  return values;
}

void ExpectNear(const Tensor& ours, const Tensor& exact) {
  ASSERT_EQ(ours.sizes(), exact.sizes());
  EXPECT_LT((ours.to(torch::kDouble) - exact).abs().max().item<double>(), 2e-5);
}

class DepthwiseTest : public testing::TestWithParam<DepthwiseCase> {
 protected:
  DepthwiseTest() {
    const DepthwiseCase& c = GetParam();
    torch::manual_seed(5);
    x = torch::randn({c.images, c.channels, c.height, c.width});
    weight = torch::randn({c.channels, 1, c.kernel, c.kernel});
  }
  static Tensor Ours(const Tensor& x, const Tensor& weight) {
    return DepthwiseConvolution(x, weight, GetParam().stride, GetParam().dilation);
  }
  static Tensor LibTorchs(const Tensor& x, const Tensor& weight) {
    const DepthwiseCase& c = GetParam();
    return torch::conv2d(x, weight, {}, c.stride, c.dilation * (c.kernel / 2), c.dilation,
                         c.channels);
  }

  Tensor x, weight;
};

TEST_P(DepthwiseTest, EqualsLibTorchsInDoublePrecision) {
  const DepthwiseValues exact =
      DepthwiseValuesOf(LibTorchs, x.to(torch::kDouble), weight.to(torch::kDouble));
  for (const auto format : {at::MemoryFormat::ChannelsLast, at::MemoryFormat::Contiguous}) {
    const DepthwiseValues ours = DepthwiseValuesOf(Ours, x.contiguous(format), weight);
    ExpectNear(ours.out, exact.out);
    ExpectNear(ours.dx, exact.dx);
    ExpectNear(ours.dw, exact.dw);
  }
}

TEST_P(DepthwiseTest, ThreadsDoNotChangeAnyBit) {
  const Tensor images = x.contiguous(at::MemoryFormat::ChannelsLast);
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const DepthwiseValues one = DepthwiseValuesOf(Ours, images, weight);
  at::set_num_threads(3);
  const DepthwiseValues three = DepthwiseValuesOf(Ours, images, weight);
  at::set_num_threads(before);
  EXPECT_TRUE(one.out.equal(three.out));
  EXPECT_TRUE(one.dx.equal(three.dx));
  EXPECT_TRUE(one.dw.equal(three.dw));
}

TEST_P(DepthwiseTest, OnlyTheWeightMayNeedAGradient) {
  const Tensor taps = weight.clone().requires_grad_();
  Ours(x.contiguous(at::MemoryFormat::ChannelsLast), taps).sum().backward();
  EXPECT_TRUE(taps.grad().defined());
}

INSTANTIATE_TEST_SUITE_P(Cases, DepthwiseTest, testing::ValuesIn(kDepthwiseCases));

TEST(DepthwiseConvolutionTest, TakesOtherKernelsAndTypes) {
  const Tensor x = torch::randn({1, 4, 6, 6}).contiguous(at::MemoryFormat::ChannelsLast);
  EXPECT_EQ(DepthwiseConvolution(x, torch::randn({4, 1, 1, 1}), 2, 1).size(2), 3);
  EXPECT_EQ(
      DepthwiseConvolution(x.to(torch::kDouble), torch::randn({4, 1, 3, 3}, torch::kDouble), 1, 1)
          .size(2),
      6);
}

}  // namespace
}  // namespace lode::training

#include "toolkit/training/macs.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "toolkit/training/depthwise.h"

namespace lode::training {
namespace {

TEST(MacsTest, AreTheProductsOfConvolutionsAndLinearLayers) {
  const torch::NoGradGuard no_grad;
  const auto image = torch::ones({1, 4, 5, 5});
  const auto whole = torch::ones({8, 4, 3, 3}), grouped = torch::ones({8, 2, 3, 3});
  const auto row = torch::ones({1, 6}), weight = torch::ones({3, 6}), bias = torch::ones({3});
  EXPECT_EQ(MacsOf([&] { torch::conv2d(image, whole, {}, 1, 1); }), 8 * 25 * 36);
  EXPECT_EQ(MacsOf([&] { torch::conv2d(image, grouped, {}, 1, 1, 1, 2); }), 8 * 25 * 18);
  const auto depthwise = torch::ones({4, 1, 3, 3});
  for (const auto format : {at::MemoryFormat::ChannelsLast, at::MemoryFormat::Contiguous}) {
    const auto x = image.contiguous(format);
    EXPECT_EQ(MacsOf([&] { DepthwiseConvolution(x, depthwise, 2, 1); }), 4 * 9 * 9);
  }
  EXPECT_EQ(MacsOf([&] { torch::linear(row, weight, bias); }), 18);
  EXPECT_EQ(MacsOf([&] { torch::linear(row, weight); }), 18);
  EXPECT_EQ(MacsOf([&] { torch::relu(image) + image; }), 0);
}

}  // namespace
}  // namespace lode::training

#include "toolkit/training/normalized_sum.h"

#include <gtest/gtest.h>

#include <vector>

namespace lode::training {
namespace {

using torch::Tensor;

struct Case {
  bool shortcut, relu, affine;
};

BatchNorm DrawNorm(std::int64_t channels, bool affine = true) {
  torch::manual_seed(11);
  BatchNorm norm(channels, affine);
  const torch::NoGradGuard no_grad;
  if (affine) {
    norm->weight.uniform_(0.5, 1.5);
    norm->bias.uniform_(-0.5, 0.5);
  }
  norm->running_mean.uniform_(-0.5, 0.5);
  norm->running_variance.uniform_(0.5, 2);
  return norm;
}

Tensor Ours(const Case& c, BatchNorm& norm, const Tensor& x, const Tensor& shortcut,
            const Pass& pass) {
  if (c.relu) { return NormalizedRelu(norm, x, pass); }
  return NormalizedSum(norm, x, c.shortcut ? shortcut : Tensor(), pass);
}

Tensor LibTorchs(const Case& c, BatchNorm& norm, const Tensor& x, const Tensor& shortcut,
                 const Pass& pass) {
  const Tensor y =
      torch::batch_norm(x, norm->weight, norm->bias, norm->running_mean, norm->running_variance,
                        pass.batch_moments, pass.momentum, 1e-5, /*cudnn_enabled=*/false);
  if (c.relu) { return torch::relu(y); }
  return c.shortcut ? y + shortcut : y;
}

// The output, the gradients and the running moments of training, and then the output in evaluation.
template <class Form>
std::vector<Tensor> ValuesOf(const Form& form, const Case& c, const Tensor& x,
                             const Tensor& shortcut, const Tensor& dy) {
  BatchNorm norm = DrawNorm(x.size(1), c.affine);
  const Tensor leaf = x.clone().requires_grad_(), beside = shortcut.clone().requires_grad_();
  std::vector<Tensor> values{form(c, norm, leaf, beside, Pass::Training())};
  values[0].backward(dy);
  values.insert(values.end(), {leaf.grad(), norm->running_mean, norm->running_variance});
  if (c.affine) { values.insert(values.end(), {norm->weight.grad(), norm->bias.grad()}); }
  if (c.shortcut) { values.push_back(beside.grad()); }
  const torch::NoGradGuard no_grad;
  values.push_back(form(c, norm, leaf, beside, Pass::Evaluation()));
  return values;
}

class NormalizedSumTest : public testing::TestWithParam<Case> {};

TEST_P(NormalizedSumTest, EqualsLibTorchsOperationsInChannelsLast) {
  torch::manual_seed(3);
  for (const std::int64_t channels : {16, 21}) {
    const auto draw = [&] {
      return torch::randn({3, channels, 7, 9}).contiguous(at::MemoryFormat::ChannelsLast);
    };
    const Tensor x = draw(), shortcut = draw(), dy = draw();
    ASSERT_TRUE(CanFuse(x, Pass::Training()));
    const auto fused = ValuesOf(Ours, GetParam(), x, shortcut, dy);
    const auto plain = ValuesOf(LibTorchs, GetParam(), x, shortcut, dy);
    ASSERT_EQ(fused.size(), plain.size());
    for (std::size_t i = 0; i < fused.size(); ++i) {
      EXPECT_LE((fused[i] - plain[i]).abs().max().item<double>(), 2e-5) << "value " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, NormalizedSumTest,
                         testing::Values(Case{false, false, true}, Case{true, false, true},
                                         Case{false, true, true}, Case{false, false, false},
                                         Case{true, false, false}, Case{false, true, false}));

TEST(BatchNormTest, CalibrationIsTheMeanOfTheBatchesMoments) {
  torch::manual_seed(5);
  BatchNorm norm = DrawNorm(16);
  const torch::NoGradGuard no_grad;
  Tensor mean = torch::zeros(16), variance = torch::zeros(16);
  for (int batch = 1; batch <= 3; ++batch) {
    const Tensor x = torch::randn({2, 16, 5, 5}).contiguous(at::MemoryFormat::ChannelsLast);
    norm->Prepare(x, Pass::Calibration(1.0 / batch));
    mean += x.mean({0, 2, 3}) / 3;
    variance += x.transpose(0, 1).reshape({16, -1}).var(1, /*unbiased=*/true) / 3;
  }
  EXPECT_LE((norm->running_mean - mean).abs().max().item<double>(), 1e-6);
  EXPECT_LE((norm->running_variance - variance).abs().max().item<double>(), 1e-5);
}

}  // namespace
}  // namespace lode::training

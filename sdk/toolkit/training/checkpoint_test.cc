#include "toolkit/training/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/failure.h"
#include "tests/temporary_directory.h"
#include "toolkit/training/tiny_network.h"

namespace lode::training {
namespace {

using files::Tensors;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using torch::Tensor;

bool Same(const Tensors& a, const Tensors& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.shape == y.second.shape &&
           x.second.values == y.second.values;
  });
}

std::string Failure(TinyNetwork& network, const Tensors& tensors) {
  return lode::Failure<IoError>([&] { SetTensors(*network, tensors, "some.safetensors"); });
}

TEST(CheckpointTest, TensorsAreNamedAndRowMajor) {
  TinyNetwork network(1);
  const Tensors tensors = TensorsOf(*network);
  EXPECT_EQ(tensors.size(), 12U);  // twice: weight and norm's four; and the classifier's two
  const files::Tensor& file = tensors.at("odd.weight");
  EXPECT_EQ(file.shape, (std::vector<std::size_t>{8, 1, 3, 3}));
  const Tensor weight = network->named_parameters()["odd.weight"];
  ASSERT_TRUE(weight.is_contiguous(at::MemoryFormat::ChannelsLast));
  EXPECT_EQ(file.values[5 * 9 + 1 * 3 + 2], weight[5][0][1][2].item<float>());
  EXPECT_TRUE(tensors.contains("even.norm.running_variance"));
}

TEST(CheckpointTest, TensorsComeBackFromAFile) {
  const TemporaryDirectory directory;
  const std::string file = (directory.path() / "a.safetensors").string();
  TinyNetwork a(1), b(2);
  ASSERT_FALSE(Same(TensorsOf(*a), TensorsOf(*b)));
  files::WriteSafetensors(file, {TensorsOf(*a)});
  SetTensors(*b, files::ReadSafetensors(file).tensors, file);
  EXPECT_TRUE(Same(TensorsOf(*a), TensorsOf(*b)));
  const Tensor image = torch::ones({1, 1, kTinySide, kTinySide});
  EXPECT_TRUE(torch::equal(a(image, 0, Pass::Evaluation()), b(image, 0, Pass::Evaluation())));
}

TEST(CheckpointTest, ForeignTensorsAreRefusedAndNothingIsSet) {
  TinyNetwork network(1);
  const Tensors before = TensorsOf(*network);
  Tensors other = TensorsOf(*TinyNetwork(2));

  Tensors missing = other;
  missing.erase("odd.norm.bias");
  EXPECT_THAT(Failure(network, missing),
              AllOf(StartsWith("some.safetensors: "), HasSubstr("no tensor \"odd.norm.bias\""),
                    HasSubstr("[8]")));

  Tensors unknown = other;
  unknown["odd.third"] = {{1}, {0}};
  EXPECT_THAT(Failure(network, unknown), HasSubstr("\"odd.third\""));

  Tensors shape = other;
  shape["even.weight"].shape = {8, 9};
  EXPECT_THAT(Failure(network, shape),
              AllOf(HasSubstr("\"even.weight\""), HasSubstr("[8, 9]"), HasSubstr("[8, 1, 3, 3]")));

  EXPECT_TRUE(Same(TensorsOf(*network), before));
}

torch::optim::SGD Optimizer(TinyNetwork& network) {
  return torch::optim::SGD(network->parameters(),
                           torch::optim::SGDOptions(0.1).momentum(0.9).nesterov(true));
}

// Takes a step along the even path only.
void TakeStep(TinyNetwork& network, torch::optim::SGD& optimizer, int seed) {
  torch::manual_seed(static_cast<std::uint64_t>(seed));
  const Tensor images =
      torch::randn({4, 1, kTinySide, kTinySide}).contiguous(at::MemoryFormat::ChannelsLast);
  for (const Tensor& parameter : network->parameters()) { parameter.mutable_grad().reset(); }
  network(images, 0, Pass::Training()).square().sum().backward();
  optimizer.step();
}

TEST(CheckpointTest, OnlyParametersThatHadAStepHaveMomentum) {
  TinyNetwork network(1);
  torch::optim::SGD optimizer = Optimizer(network);
  EXPECT_TRUE(MomentumOf(*network, optimizer).empty());
  TakeStep(network, optimizer, 1);
  const Tensors momentum = MomentumOf(*network, optimizer);
  EXPECT_EQ(momentum.size(), 5U);
  EXPECT_FALSE(momentum.contains("odd.weight"));
  const Tensor gradient = network->named_parameters()["classifier.bias"].grad();
  for (std::int64_t i = 0; i < kTinyClasses; ++i) {  // the first step's is the gradient
    EXPECT_EQ(momentum.at("classifier.bias").values[static_cast<std::size_t>(i)],
              gradient[i].item<float>());
  }
}

TEST(CheckpointTest, MomentumOfAnotherShapeIsRefused) {
  TinyNetwork network(1);
  torch::optim::SGD optimizer = Optimizer(network);
  TakeStep(network, optimizer, 1);
  Tensors momentum = MomentumOf(*network, optimizer);
  momentum.at("classifier.bias") = {{1}, {0}};
  try {
    SetMomentum(*network, optimizer, momentum, "F");
    FAIL();
  } catch (const IoError& e) {
    EXPECT_STREQ(e.what(), "F: the momentum of \"classifier.bias\" has the shape [1]");
  }
}

TEST(CheckpointTest, AnOptimizerContinuesWithItsMomentum) {
  TinyNetwork whole(1), cut(2), without(2);
  torch::optim::SGD of_whole = Optimizer(whole);
  TakeStep(whole, of_whole, 1);
  const Tensors tensors = TensorsOf(*whole), momentum = MomentumOf(*whole, of_whole);
  TakeStep(whole, of_whole, 2);

  SetTensors(*cut, tensors, "cut");
  torch::optim::SGD of_cut = Optimizer(cut);
  SetMomentum(*cut, of_cut, momentum, "F");
  TakeStep(cut, of_cut, 2);
  EXPECT_TRUE(Same(TensorsOf(*cut), TensorsOf(*whole)));
  EXPECT_TRUE(Same(MomentumOf(*cut, of_cut), MomentumOf(*whole, of_whole)));

  SetTensors(*without, tensors, "without");
  torch::optim::SGD of_without = Optimizer(without);
  TakeStep(without, of_without, 2);
  EXPECT_FALSE(Same(TensorsOf(*without), TensorsOf(*whole)));
}

}  // namespace
}  // namespace lode::training

#include "plugins/spaces/ofa/networks/mobile_net.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "plugins/spaces/ofa/test_support.h"
#include "toolkit/training/macs.h"

namespace ofa {
namespace {

using torch::Tensor;
using NamedTensors = std::map<std::string, Tensor>;

Tensor Draw(std::int64_t images, std::int64_t side, std::int64_t channels = 3) {
  return torch::randn({images, channels, side, side}).contiguous(at::MemoryFormat::ChannelsLast);
}

Subnet DrawSubnet(std::mt19937& random) {
  Subnet subnet;
  const auto draw = [&](auto& values, const auto& choices) {
    for (auto& value : values) { value = choices[random() % choices.size()]; }
  };
  draw(subnet.kernel, kKernels);
  draw(subnet.expand, kExpands);
  draw(subnet.depth, kDepthValues);
  return subnet;
}

// ---- state

// A module's parameters and buffers with those of its children after it, in order: PyTorch's state
// dictionary.
void AddState(const torch::nn::Module& module, const std::string& prefix,
              std::vector<std::pair<std::string, Tensor>>& state) {
  for (const auto& item : module.named_parameters(/*recurse=*/false)) {
    state.emplace_back(prefix + item.key(), item.value());
  }
  for (const auto& item : module.named_buffers(/*recurse=*/false)) {
    state.emplace_back(prefix + item.key(), item.value());
  }
  for (const auto& child : module.named_children()) {
    AddState(*child.value(), prefix + child.key() + ".", state);
  }
}

std::string Line(const std::string& name, const Tensor& tensor) {
  std::string shape;
  for (const std::int64_t n : tensor.sizes()) {
    shape.append(shape.empty() ? "" : "x").append(std::to_string(n));
  }
  return name + (tensor.scalar_type() == torch::kLong ? "\tint64\t" : "\tfloat32\t") +
         (shape.empty() ? "scalar" : shape);
}

void ExpectPublishedState(const char* width, const char* file_name) {
  std::ifstream file(ReferenceFile(file_name));
  if (!file) { GTEST_SKIP() << file_name << " is missing"; }
  std::string line;
  std::getline(file, line);  // the column names
  MobileNet supernet(MobileNetConfig{.width = width}, 1);
  std::vector<std::pair<std::string, Tensor>> state;
  AddState(*supernet, "", state);
  EXPECT_EQ(state.size(), 475U);
  for (const auto& [name, tensor] : state) {
    ASSERT_TRUE(std::getline(file, line)) << name;
    EXPECT_EQ(Line(name, tensor), line);
  }
  EXPECT_FALSE(std::getline(file, line)) << line;
}

TEST(OfaMobileNetStateTest, Width10HasThePublishedEntriesInTheirOrder) {
  ExpectPublishedState("1.0", "ofa_w10_keys.tsv");
}
TEST(OfaMobileNetStateTest, Width12HasThePublishedEntriesInTheirOrder) {
  ExpectPublishedState("1.2", "ofa_w12_keys.tsv");
}

// ---- sizes

std::int64_t ParametersOf(const MobileNet& network) {
  std::int64_t count = 0;
  for (const Tensor& parameter : network->parameters()) { count += parameter.numel(); }
  return count;
}

std::int64_t MacsOf(MobileNet& network, const Subnet& subnet, std::int64_t side) {
  const torch::NoGradGuard no_grad;
  const Tensor image = Draw(1, side);
  return lode::training::MacsOf([&] { network(image, subnet, Pass::Evaluation()); });
}

// Counted on the authors' networks.
TEST(OfaMobileNetSizeTest, SupernetsHaveThePublishedParameters) {
  EXPECT_EQ(ParametersOf(MobileNet(MobileNetConfig{.width = "1.0"}, 1)), 7'678'880);
  EXPECT_EQ(ParametersOf(MobileNet(MobileNetConfig{.width = "1.2"}, 1)), 10'715'752);
}

TEST(OfaMobileNetSizeTest, TheSmallestAndTheLargestHaveThePublishedSizes) {
  const struct {
    const char* width;
    Subnet subnet;
    std::int64_t params, macs;
  } kRows[] = {{"1.0", Uniform(7, 6, 4), 7'664'760, 566'170'656},
               {"1.0", Uniform(3, 3, 2), 3'410'792, 121'278'672},
               {"1.2", Uniform(7, 6, 4), 10'701'632, 843'101'040},
               {"1.2", Uniform(3, 3, 2), 4'602'456, 193'078'200}};
  for (const auto& row : kRows) {
    const MobileNetConfig config{.width = row.width};
    MobileNet supernet(config, 1), plain(config, row.subnet, 1);
    EXPECT_EQ(ParametersOf(plain), row.params);
    EXPECT_EQ(MacsOf(plain, row.subnet, 224), row.macs);
    EXPECT_EQ(MacsOf(supernet, row.subnet, 224), row.macs);
  }
}

template <std::size_t kCount>
void Read(const nlohmann::json& json, std::array<std::uint8_t, kCount>& out) {
  ASSERT_EQ(json.size(), kCount);
  for (std::size_t i = 0; i < kCount; ++i) { out[i] = json[i].get<std::uint8_t>(); }
}

TEST(OfaMobileNetSizeTest, ListedSubnetsHaveTheSizesThatWereCountedOnTheAuthorsNetworks) {
  std::ifstream file(ReferenceFile("ofa_subnets.json"));
  if (!file) { GTEST_SKIP() << "ofa_subnets.json is missing"; }
  std::map<std::string, MobileNet> supernets;
  for (const char* width : {"1.0", "1.2"}) {
    supernets.emplace(width, MobileNet(MobileNetConfig{.width = width}, 1));
  }
  const nlohmann::json list = nlohmann::json::parse(file);
  ASSERT_EQ(list.size(), 24U);
  for (const nlohmann::json& entry : list) {
    const char* width = entry.at("width").get<double>() > 1.1 ? "1.2" : "1.0";
    Subnet subnet;
    Read(entry.at("ks"), subnet.kernel);
    Read(entry.at("e"), subnet.expand);
    Read(entry.at("d"), subnet.depth);
    EXPECT_EQ(ParametersOf(MobileNet(MobileNetConfig{.width = width}, subnet, 1)),
              entry.at("params").get<std::int64_t>());
    for (const auto& [resolution, macs] : entry.at("macs").items()) {
      EXPECT_EQ(MacsOf(supernets.at(width), subnet, std::stoll(resolution)),
                macs.get<std::int64_t>())
          << entry << resolution;
    }
  }
}

TEST(OfaMobileNetSizeTest, DrawnSubnetsHaveTheSizesThatTheSpaceComputes) {
  std::mt19937 random(3);
  for (const char* width : {"1.0", "1.2"}) {
    const MobileNetConfig config{.width = width};
    MobileNet supernet(config, 1);
    for (const std::int64_t side : {32, 57, 96, 129}) {
      const Subnet subnet = DrawSubnet(random);
      const Cost cost = CostTable({width, side}).Of(subnet);
      MobileNet plain(config, subnet, 1);
      EXPECT_EQ(ParametersOf(plain), cost.params);
      EXPECT_EQ(MacsOf(plain, subnet, side), cost.macs);
      EXPECT_EQ(MacsOf(supernet, subnet, side), cost.macs);
    }
  }
}

// ---- elastic operations by their definition

NamedTensors StateOf(const MobileNet& network) {
  std::vector<std::pair<std::string, Tensor>> state;
  AddState(*network, "", state);
  return {state.begin(), state.end()};
}

// Away from what networks begin with, so that everything matters.
void Stir(const MobileNet& network, double scale) {
  const torch::NoGradGuard no_grad;
  for (const auto& [name, tensor] : StateOf(network)) {
    if (tensor.scalar_type() == torch::kLong) { continue; }
    const bool positive = name.ends_with("running_var") || name.ends_with("bn.weight");
    const Tensor noise = torch::randn_like(tensor);
    tensor.add_(scale * (positive ? noise.abs() : noise) *
                (tensor.dim() == 4 ? tensor.std().clamp_min(0.01) : torch::tensor(0.3F)));
  }
}

void Replace(std::string& text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  if (at != std::string::npos) { text.replace(at, from.size(), to); }
}

// The weights of the network of a sub-network, made from the supernet's by name: leading slices,
// and middles of kernels times the matrices. Differentiable.
NamedTensors SlicedState(const NamedTensors& supernet, const Subnet& subnet,
                         const NamedTensors& shapes) {
  std::vector<std::size_t> active;
  for (std::size_t layer = 0; layer < kLayers; ++layer) {
    if (subnet.IsActive(layer)) { active.push_back(layer); }
  }
  NamedTensors sliced;
  for (const auto& [name, shape] : shapes) {
    std::string larger = name;
    std::size_t kernel = 0;
    std::string prefix;
    if (name.starts_with("blocks.") && !name.starts_with("blocks.0.")) {
      const std::size_t end = name.find('.', 7);
      const std::size_t layer = active.at(std::stoul(name.substr(7)) - 1);
      prefix = "blocks." + std::to_string(layer + 1) + ".conv.depth_conv.conv.";
      larger = "blocks." + std::to_string(layer + 1) + name.substr(end);
      Replace(larger, ".bn.", ".bn.bn.");
      for (const char* part : {"inverted_bottleneck", "depth_conv", "point_linear"}) {
        Replace(larger, std::string(part) + ".conv.", std::string(part) + ".conv.conv.");
      }
      if (name.ends_with("depth_conv.conv.weight")) { kernel = subnet.kernel[layer]; }
    }
    Tensor whole = supernet.at(larger);
    for (std::size_t side = 7; kernel != 0 && side > kernel; side -= 2) {
      const auto inner = static_cast<std::int64_t>(side) - 2;
      const Tensor matrix = supernet.at(prefix + (side == 7 ? "7to5_matrix" : "5to3_matrix"));
      const Tensor middle =
          whole.slice(2, 1, inner + 1).slice(3, 1, inner + 1).reshape({-1, inner * inner});
      whole = torch::einsum("ck,jk->cj", {middle, matrix}).reshape({-1, 1, inner, inner});
    }
    for (std::int64_t d = 0; d < shape.dim(); ++d) { whole = whole.slice(d, 0, shape.size(d)); }
    sliced[name] = whole;
  }
  return sliced;
}

void Set(const MobileNet& network, const NamedTensors& values) {
  const torch::NoGradGuard no_grad;
  for (const auto& [name, tensor] : StateOf(network)) { tensor.copy_(values.at(name)); }
}

// The largest difference, relative to the largest number.
double Distance(const Tensor& a, const Tensor& b) {
  return ((a - b).abs().max() / b.abs().max().clamp_min(1e-30)).item<double>();
}

class OfaElasticTest : public testing::TestWithParam<const char*> {
 protected:
  OfaElasticTest() {
    torch::manual_seed(5);
    config_.width = GetParam();
    config_.classes = 7;
  }

  MobileNetConfig config_;
};

TEST_P(OfaElasticTest, AnEvaluationEqualsThatOfThePlainNetworkWithSlicedWeights) {
  const torch::NoGradGuard no_grad;
  MobileNet supernet(config_, 1);
  Stir(supernet, 0.2);
  std::mt19937 random(7);
  const Tensor images = Draw(3, 48);
  Tensor last = torch::zeros({3, config_.classes});
  for (int k = 0; k < 50; ++k) {
    const Subnet subnet = DrawSubnet(random);
    MobileNet plain(config_, subnet, 2);
    Set(plain, SlicedState(StateOf(supernet), subnet, StateOf(plain)));
    const Tensor logits = supernet(images, subnet, Pass::Evaluation());
    EXPECT_LE(Distance(logits, plain(images, subnet, Pass::Evaluation())), 1e-5);
    EXPECT_GT(Distance(last, logits), 1e-4) << "nothing depends on the sub-network";
    last = logits;
  }
}

TEST_P(OfaElasticTest, InheritedWeightsAreTheSlicedOnes) {
  MobileNet supernet(config_, 1);
  Stir(supernet, 0.2);
  std::mt19937 random(8);
  for (int k = 0; k < 10; ++k) {
    const Subnet subnet = DrawSubnet(random);
    MobileNet plain(config_, subnet, 2);
    plain->Inherit(*supernet, subnet);
    const NamedTensors inherited = StateOf(plain);
    for (const auto& [name, tensor] : SlicedState(StateOf(supernet), subnet, inherited)) {
      if (name.ends_with("tracked")) { continue; }
      EXPECT_LE(Distance(inherited.at(name), tensor), 1e-6) << name;
    }
  }
}

Tensor LossOf(const Tensor& logits) {
  return torch::cross_entropy_loss(logits, torch::arange(logits.size(0)) % logits.size(1));
}

// The plain network's gradients, brought to the supernet's weights by the definition of slices.
NamedTensors Gathered(const MobileNet& supernet, const MobileNet& plain, const Subnet& subnet) {
  NamedTensors leaves;
  for (const auto& [name, tensor] : StateOf(supernet)) {
    leaves[name] = tensor.detach().clone();
    if (tensor.requires_grad()) { leaves[name].requires_grad_(); }
  }
  const NamedTensors parameters = StateOf(plain);
  Tensor sum = torch::zeros({});
  for (const auto& [name, sliced] : SlicedState(leaves, subnet, parameters)) {
    const Tensor& gradient = parameters.at(name).grad();
    if (gradient.defined()) { sum = sum + (sliced * gradient).sum(); }
  }
  sum.backward();
  return leaves;
}

// Trains a supernet and the plain network with sliced weights for a step each, and returns the
// largest distance between corresponding logits, gradients and running moments.
double DistanceAfterAStep(const MobileNetConfig& config, const Subnet& subnet,
                          const Tensor& images) {
  MobileNet supernet(config, 1), plain(config, subnet, 2);
  Stir(supernet, 0.02);
  for (MobileNet network : {supernet, plain}) { network->to(images.scalar_type()); }
  Set(plain, SlicedState(StateOf(supernet), subnet, StateOf(plain)));
  const Tensor logits = supernet(images, subnet, Pass::Training());
  const Tensor expected = plain(images, subnet, Pass::Training());
  LossOf(logits).backward();
  LossOf(expected).backward();
  double distance = Distance(logits, expected);
  const auto compare = [&](const Tensor& ours, const Tensor& theirs) {
    distance = std::max(distance, Distance(ours, theirs));
  };
  const NamedTensors gathered = Gathered(supernet, plain, subnet), after = StateOf(plain);
  for (const auto& [name, tensor] : StateOf(supernet)) {
    if (!tensor.requires_grad()) { continue; }
    const Tensor& gradient = gathered.at(name).grad();
    EXPECT_EQ(tensor.grad().defined(), gradient.defined()) << name;
    if (gradient.defined() && tensor.grad().defined()) { compare(tensor.grad(), gradient); }
  }
  for (const auto& [name, tensor] : SlicedState(StateOf(supernet), subnet, after)) {
    if (name.find("running_") != std::string::npos) { compare(tensor, after.at(name)); }
  }
  return distance;
}

// In double precision: in single precision a rounding error may decide whether a ReLU is open.
TEST_P(OfaElasticTest, AStepOfTrainingEqualsThatOfThePlainNetworkWithSlicedWeights) {
  std::mt19937 random(9);
  const Tensor images = Draw(4, 32).to(torch::kDouble);
  for (int k = 0; k < 25; ++k) {
    EXPECT_LE(DistanceAfterAStep(config_, DrawSubnet(random), images), 1e-8) << k;
  }
}

// Without transformed kernels both networks round alike.
TEST_P(OfaElasticTest, AStepInSinglePrecisionEqualsItToo) {
  std::mt19937 random(10);
  const Tensor images = Draw(8, 48);
  for (int k = 0; k < 5; ++k) {
    Subnet subnet = DrawSubnet(random);
    subnet.kernel.fill(7);
    EXPECT_LE(DistanceAfterAStep(config_, subnet, images), 1e-5) << k;
  }
}

INSTANTIATE_TEST_SUITE_P(Widths, OfaElasticTest, testing::Values("1.0", "1.2"));

// ---- use

TEST(OfaMobileNetTest, ACalculationChangesNothingOutsideOfTheSubnet) {
  MobileNet supernet(MobileNetConfig{.classes = 10}, 1);
  NamedTensors before;
  for (const auto& [name, tensor] : StateOf(supernet)) { before[name] = tensor.clone(); }
  supernet(Draw(4, 32), Uniform(3, 3, 2), Pass::Training());
  const NamedTensors after = StateOf(supernet);
  const auto changed = [&](const std::string& name) {
    return (after.at(name) != before.at(name)).flatten();
  };
  EXPECT_TRUE(changed("first_conv.bn.running_mean").all().item<bool>());
  const Tensor middle = changed("blocks.1.conv.depth_conv.bn.bn.running_var");
  EXPECT_TRUE(middle.narrow(0, 0, 48).all().item<bool>());
  EXPECT_FALSE(middle.narrow(0, 48, 48).any().item<bool>());
  EXPECT_FALSE(changed("blocks.3.conv.point_linear.bn.bn.running_mean").any().item<bool>());
}

// A pass works on views: the weights that it uses are the network's own.
TEST(OfaMobileNetTest, AChangeOfAWeightChangesExactlyTheSubnetsThatHaveIt) {
  const torch::NoGradGuard no_grad;
  MobileNet supernet(MobileNetConfig{.classes = 10}, 1);
  const Tensor images = Draw(2, 64);
  const auto logits = [&](const Subnet& subnet) {
    return supernet(images, subnet, Pass::Evaluation());
  };
  const Tensor small = logits(Uniform(3, 3, 2)), large = logits(Uniform(3, 6, 2));
  const NamedTensors state = StateOf(supernet);
  state.at("blocks.1.conv.point_linear.conv.conv.weight").select(1, 48).add_(1);
  EXPECT_TRUE(torch::equal(logits(Uniform(3, 3, 2)), small));
  EXPECT_FALSE(torch::equal(logits(Uniform(3, 6, 2)), large));
}

TEST(OfaMobileNetTest, LogitsDoNotDependOnThreadsNorOnTheOtherImages) {
  const torch::NoGradGuard no_grad;
  MobileNet supernet(MobileNetConfig{.classes = 10}, 1);
  const Tensor images = Draw(40, 32);
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const Tensor all = supernet(images, Uniform(5, 4, 3), Pass::Evaluation());
  at::set_num_threads(2);
  EXPECT_TRUE(torch::equal(supernet(images, Uniform(5, 4, 3), Pass::Evaluation()), all));
  at::set_num_threads(before);
  const Tensor some = supernet(images.narrow(0, 20, 3), Uniform(5, 4, 3), Pass::Evaluation());
  EXPECT_LE(Distance(some, all.narrow(0, 20, 3)), 1e-5);
}

TEST(OfaMobileNetTest, TakesImagesOfOtherShapes) {
  const torch::NoGradGuard no_grad;
  for (const std::int64_t side : {28, 32, 33}) {
    for (const std::int64_t channels : {1, 3}) {
      MobileNet supernet(MobileNetConfig{.image_channels = channels, .classes = 10}, 1);
      const Tensor images = Draw(2, side, channels);
      EXPECT_EQ(supernet(images, Uniform(7, 6, 4), Pass::Evaluation()).sizes(),
                (std::vector<std::int64_t>{2, 10}));
      const Tensor dense = images.contiguous();
      EXPECT_LE(Distance(supernet(dense, Uniform(5, 6, 4), Pass::Evaluation()),
                         supernet(images, Uniform(5, 6, 4), Pass::Evaluation())),
                1e-5);
    }
  }
}

}  // namespace
}  // namespace ofa

#include "plugins/spaces/ofa/networks/shrinking.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "plugins/spaces/ofa/test_support.h"
#include "toolkit/training/random_images.h"
#include "toolkit/training/trainer.h"

namespace ofa {
namespace {

using lode::training::SupernetPhase;
using lode::training::TrainingConfig;
using torch::Tensor;

Tensor Draw(std::int64_t images, std::int64_t side) {
  return torch::randn({images, 3, side, side}).contiguous(at::MemoryFormat::ChannelsLast);
}

ShrinkingConfig AllPhases() {
  ShrinkingConfig config;
  config.full_epochs = config.kernel_epochs = config.depth_3_epochs = 1;
  config.depth_2_epochs = config.expand_4_epochs = 1;
  return config;
}

TrainingConfig Training() {
  TrainingConfig training;
  training.learning_rate = 0.02;
  training.weight_decay = 3e-3;
  training.decay_norms = false;
  training.distillation = 0.7;
  training.label_smoothing = 0.1;
  return training;
}

MobileNet NewNetwork() { return MobileNet(MobileNetConfig{.classes = 10}, 1); }

// Away from what networks begin with, so that everything matters.
void Stir(const MobileNet& network) {
  const torch::NoGradGuard no_grad;
  for (const Tensor& values : network->parameters()) {
    values.add_(0.1 * torch::randn_like(values));
  }
  for (const auto& buffer : network->named_buffers()) {
    if (buffer->dim() == 1) { buffer->add_(0.3 * torch::rand_like(*buffer)); }
  }
}

// ---- sorting

std::vector<float> Importance(const Tensor& point_weight) {
  const Tensor sums = point_weight.detach().abs().sum({0, 2, 3}).contiguous();
  return {sums.data_ptr<float>(), sums.data_ptr<float>() + sums.numel()};
}

Tensor LogitsOf(MobileNet& network, const Tensor& images, const Subnet& subnet) {
  const torch::NoGradGuard no_grad;
  return network(images, subnet, Pass::Evaluation());
}

double Distance(const Tensor& a, const Tensor& b) {
  return ((a - b).abs().max() / b.abs().max()).item<double>();
}

TEST(OfaSortingTest, ChangesOnlyWhatNarrowSubnetsCompute) {
  torch::manual_seed(3);
  MobileNet network = NewNetwork();
  Stir(network);
  const Tensor images = Draw(4, 32);
  const auto logits = [&](const Subnet& subnet) { return LogitsOf(network, images, subnet); };
  const Tensor full = logits(Uniform(7, 6, 4)), shallow = logits(Uniform(3, 6, 2));
  network->SortChannels(std::vector<std::uint8_t>{6});
  EXPECT_LE(Distance(logits(Uniform(7, 6, 4)), full), 1e-5);
  EXPECT_LE(Distance(logits(Uniform(3, 6, 2)), shallow), 1e-5);

  Stir(network);
  const Tensor again = logits(Uniform(5, 6, 3)), narrower = logits(Uniform(5, 4, 3)),
               narrowest = logits(Uniform(5, 3, 3));
  network->SortChannels(std::vector<std::uint8_t>{4, 6});
  EXPECT_LE(Distance(logits(Uniform(5, 6, 3)), again), 1e-5);
  EXPECT_LE(Distance(logits(Uniform(5, 4, 3)), narrower), 1e-5);
  EXPECT_GT(Distance(logits(Uniform(5, 3, 3)), narrowest), 1e-3);
}

TEST(OfaSortingTest, PutsImportantChannelsFirst) {
  torch::manual_seed(4);
  MobileNet network = NewNetwork();
  Stir(network);
  const auto names = {"blocks.1.conv.point_linear.conv.conv.weight",
                      "blocks.6.conv.depth_conv.se.fc.expand.weight"};
  const auto falls = [](auto begin, auto end) {
    return std::is_sorted(begin, end, std::greater<>());
  };
  using Case = std::pair<std::vector<std::uint8_t>, bool>;
  for (const auto& [expands, is_whole] : std::vector<Case>{{{4, 6}, false}, {{6}, true}}) {
    network->SortChannels(expands);
    for (const char* name : names) {
      const auto sums = Importance(network->named_parameters()[name]);
      // Two thirds of both: 64 of 96 channels, and 40 of 64 within the excitation.
      const auto inner = sums.begin() + (sums.size() == 96 ? 64 : 40);
      ASSERT_EQ(sums.size(), std::string(name).find(".se.") == std::string::npos ? 96U : 64U);
      EXPECT_TRUE(falls(sums.begin(), inner) && falls(inner, sums.end())) << name;
      EXPECT_EQ(falls(sums.begin(), sums.end()), is_whole) << name;
    }
  }
}

// ---- phases

// What a path uses of the network, found from gradients.
struct Used {
  std::set<std::size_t> depths, widths;
  bool small_kernels = false;
};

void AddUse(MobileNet& network, const lode::training::SupernetPath& path, const Tensor& images,
            Used& used) {
  network->zero_grad();
  for (const Tensor& parameter : network->parameters()) { parameter.mutable_grad().reset(); }
  path(images, Pass::Training()).square().sum().backward();
  const auto parameters = network->named_parameters();
  for (std::size_t unit = 0; unit < kUnits; ++unit) {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < kLayersPerUnit; ++i) {
      const std::string name = "blocks." + std::to_string(unit * kLayersPerUnit + i + 1) + ".conv.";
      const Tensor gradient = parameters[name + "point_linear.conv.conv.weight"].grad();
      if (!gradient.defined()) { continue; }
      ++depth;
      if (unit == 0 && i > 0) {  // 24 channels times the expansion
        const Tensor channels = gradient.abs().sum({0, 2, 3}).gt(0).sum();
        used.widths.insert(static_cast<std::size_t>(channels.item<std::int64_t>()) / 24);
      }
      used.small_kernels |= parameters[name + "depth_conv.conv.7to5_matrix"].grad().defined();
    }
    used.depths.insert(depth);
  }
}

std::vector<SupernetPhase> PhasesOf(const MobileNet& network, const ShrinkingConfig& config) {
  return Shrinking(config, Training()).Phases(network, 5);
}

TEST(OfaShrinkingTest, APhaseDrawsWhatItAllowsAndNothingElse) {
  using Set = std::set<std::size_t>;
  MobileNet network = NewNetwork();
  const auto phases = PhasesOf(network, AllPhases());
  const struct {
    const char* name;
    std::uint64_t paths;
    bool small_kernels;
    Set depths, widths;
  } kExpected[] = {{"full", 1, false, {4}, {6}},
                   {"kernel", 1, true, {4}, {6}},
                   {"depth-3", 2, true, {3, 4}, {6}},
                   {"depth-2", 2, true, {2, 3, 4}, {6}},
                   {"expand-4", 4, true, {2, 3, 4}, {4, 6}},
                   {"expand-3", 4, true, {2, 3, 4}, {3, 4, 6}}};
  ASSERT_EQ(phases.size(), std::size(kExpected));
  const Tensor images = Draw(2, 16);
  for (std::size_t p = 0; p < phases.size(); ++p) {
    Used used;
    for (std::uint64_t step = 0; step < 6; ++step) {
      AddUse(network, phases[p].draw(step, step % phases[p].paths), images, used);
    }
    EXPECT_EQ(phases[p].name, kExpected[p].name);
    EXPECT_EQ(phases[p].paths, kExpected[p].paths);
    EXPECT_EQ(used.small_kernels, kExpected[p].small_kernels) << phases[p].name;
    EXPECT_EQ(used.depths, kExpected[p].depths) << phases[p].name;
    EXPECT_EQ(used.widths, kExpected[p].widths) << phases[p].name;
  }
}

TEST(OfaShrinkingTest, ASandwichHasTheLargestAndTheSmallest) {
  MobileNet network = NewNetwork();
  ShrinkingConfig config = AllPhases();
  config.sampling = "sandwich";
  config.kernel_subnets = 2;
  const SupernetPhase last = PhasesOf(network, config).back();
  Used largest, smallest;
  const Tensor images = Draw(2, 16);
  AddUse(network, last.draw(7, 0), images, largest);
  AddUse(network, last.draw(7, 1), images, smallest);
  EXPECT_EQ(largest.depths, std::set<std::size_t>{4});
  EXPECT_EQ(largest.widths, std::set<std::size_t>{6});
  EXPECT_FALSE(largest.small_kernels);
  EXPECT_EQ(smallest.depths, std::set<std::size_t>{2});
  EXPECT_EQ(smallest.widths, std::set<std::size_t>{3});
}

TEST(OfaShrinkingTest, PhasesThatAreOmittedAreNotTrained) {
  ShrinkingConfig config;
  config.kernel_epochs = config.depth_3_epochs = config.depth_2_epochs = 0;
  config.expand_4_epochs = 0;
  const auto phases = PhasesOf(NewNetwork(), config);
  ASSERT_EQ(phases.size(), 2U);
  EXPECT_EQ(phases[0].name, "full");
  EXPECT_EQ(phases[0].config.distillation, 0);
  EXPECT_EQ(phases[0].config.learning_rate, config.full_learning_rate);
  EXPECT_EQ(phases[1].name, "expand-3");
  EXPECT_EQ(phases[1].config.distillation, 0.7);
}

// ---- a step

// The sum of the gradients of the step's sub-networks, each computed alone, of the loss by its
// definition.
std::map<std::string, Tensor> GradientsByDefinition(MobileNet& network, const SupernetPhase& phase,
                                                    const Tensor& images, const Tensor& taught) {
  std::map<std::string, Tensor> sums;
  const Tensor labels = torch::arange(images.size(0)).remainder(10).unsqueeze(1);
  for (std::uint64_t path = 0; path < phase.paths; ++path) {
    for (const Tensor& parameter : network->parameters()) { parameter.mutable_grad().reset(); }
    const Tensor log = phase.draw(0, path)(images, Pass::Training()).log_softmax(1);
    const Tensor of_labels = 0.9 * log.gather(1, labels).mean() + 0.1 * log.mean();
    (-of_labels - 0.7 * (taught * log).sum(1).mean()).backward();
    for (const auto& parameter : network->named_parameters()) {
      if (!parameter->grad().defined()) { continue; }
      Tensor& sum = sums[parameter.key()];
      sum = sum.defined() ? sum + parameter->grad() : parameter->grad().clone();
    }
  }
  return sums;
}

// Nesterov's first step is (1 + momentum) times the decayed gradient.
TEST(OfaShrinkingTest, AStepIsItsDefinition) {
  torch::manual_seed(6);
  MobileNet trained = NewNetwork(), expected = NewNetwork();
  ShrinkingConfig config = AllPhases();
  config.subnets = 3;
  const SupernetPhase full = PhasesOf(expected, config)[0];
  auto phases = PhasesOf(trained, config);
  phases[1].begin();  // makes the teacher
  const SupernetPhase& phase = phases.back();
  const auto loader = lode::training::RandomImages(8, {.size = 8, .side = 32, .classes = 10});
  Tensor images;
  const lode::training::Trainee trainee{
      *trained,
      [&](const Tensor& batch, const lode::training::Step& step) {
        images = batch.clone(at::MemoryFormat::ChannelsLast);
        return lode::training::Prediction{phase.draw(0, step.path)(batch, Pass::Training()), {}};
      },
      nullptr, phase.paths, phase.teacher};
  Train(trainee, *loader, phase.config, 1, torch::kCPU, {}, {});

  torch::Tensor taught;
  {
    const torch::NoGradGuard no_grad;
    taught = full.draw(0, 0)(images, Pass::Training()).softmax(1);
  }
  const SupernetPhase same = PhasesOf(expected, config).back();
  const auto sums = GradientsByDefinition(expected, same, images, taught);
  const auto after = trained->named_parameters();
  for (const auto& parameter : expected->named_parameters()) {
    Tensor stepped = parameter->detach().clone();
    if (sums.contains(parameter.key())) {
      const double decay = parameter->dim() > 1 ? 3e-3 : 0;
      stepped -= 0.02 * 1.9 * (sums.at(parameter.key()) + decay * stepped);
    }
    EXPECT_LE((after[parameter.key()] - stepped).abs().max().item<double>(), 1e-5)
        << parameter.key();
  }
}

}  // namespace
}  // namespace ofa

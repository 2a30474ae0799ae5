// Compares networks, optimizer and whole updates with LibTorch's autograd and its Adam in double
// precision: the only difference is the rounding of Lode's float32.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <lode/testing.hpp>
#include <span>
#include <string>
#include <vector>

#include "plugins/optimizers/l2nas/agent.h"
#include "plugins/optimizers/l2nas/replay.h"

namespace l2nas {
namespace {

constexpr auto kDouble = torch::kFloat64;

struct Shape {
  std::size_t batch, inputs, width, outputs;
};
std::string Name(const Shape& s) {
  return std::to_string(s.batch) + " x " + std::to_string(s.inputs) + " - " +
         std::to_string(s.width) + " - " + std::to_string(s.outputs);
}
// NAS-Bench-201, DARTS and Once-for-All, and a shape in which nothing is divisible by a vector.
constexpr Shape kShapes[] = {{8, 30, 128, 30}, {8, 30, 128, 1}, {64, 196, 256, 1}, {5, 7, 21, 3}};

// The first `columns` of each padded row, as a rows x columns tensor.
torch::Tensor Unpadded(std::span<const float> values, std::size_t rows, std::size_t columns) {
  const std::size_t stride = Padded(columns);
  torch::Tensor out = torch::empty({static_cast<long>(rows), static_cast<long>(columns)}, kDouble);
  auto cells = out.accessor<double, 2>();
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      cells[static_cast<long>(r)][static_cast<long>(c)] =
          static_cast<double>(values[r * stride + c]);
    }
  }
  return out;
}

// |actual - expected| / |expected|, as vectors.
double Distance(const torch::Tensor& actual, const torch::Tensor& expected) {
  return ((actual - expected).norm() / expected.norm()).item<double>();
}

// A LibTorch network with the weights of one of Lode's. Linear keeps its weights outputs x inputs.
class TorchMlp {
 public:
  TorchMlp(Mlp& mlp, Output output) : output_(output) {
    for (std::size_t l = 0; l < mlp.layers(); ++l) {
      torch::nn::Linear linear(static_cast<long>(mlp.size(l)), static_cast<long>(mlp.size(l + 1)));
      linear->to(kDouble);
      const torch::NoGradGuard no_grad;
      linear->weight.copy_(Unpadded(mlp.Weights(l), mlp.size(l), mlp.size(l + 1)).t());
      linear->bias.copy_(Unpadded(mlp.Bias(l), 1, mlp.size(l + 1))[0]);
      layers_.push_back(linear);
    }
  }

  torch::Tensor Forward(torch::Tensor x) {
    for (std::size_t l = 0; l + 1 < layers_.size(); ++l) {
      x = torch::relu(layers_[l]->forward(x));
    }
    x = layers_.back()->forward(x);
    return output_ == Output::kSigmoid ? torch::sigmoid(x) : x;
  }

  std::vector<torch::Tensor> Parameters() const {
    std::vector<torch::Tensor> all;
    for (const auto& layer : layers_) { all.insert(all.end(), {layer->weight, layer->bias}); }
    return all;
  }
  torch::Tensor Weights(std::size_t layer) const { return layers_[layer]->weight.detach().t(); }
  torch::Tensor Bias(std::size_t layer) const { return layers_[layer]->bias.detach(); }
  torch::Tensor WeightGradient(std::size_t l) const { return layers_[l]->weight.grad().t(); }
  torch::Tensor BiasGradient(std::size_t layer) const { return layers_[layer]->bias.grad(); }

 private:
  Output output_;
  std::vector<torch::nn::Linear> layers_;
};

class TorchTest : public testing::Test {
 protected:
  TorchTest() { torch::set_num_threads(1); }

  lode::Random random() { return stream_.random(); }

  // Rows of `n` values on [low, high), padded with zeros.
  std::vector<float> Rows(std::size_t batch, std::size_t n, double low, double high) {
    std::vector<float> x(batch * Padded(n));
    for (std::size_t i = 0; i < batch * n; ++i) {
      x[i / n * Padded(n) + i % n] = static_cast<float>(random().Uniform(low, high));
    }
    return x;
  }

 private:
  lode::test::RandomStream stream_{11, "torch_test"};
};

class TorchMlpTest : public TorchTest, public testing::WithParamInterface<Output> {};

TEST_P(TorchMlpTest, ForwardAndGradientsAgree) {
  for (const Shape& s : kShapes) {
    SCOPED_TRACE(Name(s));
    Mlp ours({s.inputs, s.width, s.width, s.width, s.outputs}, GetParam());
    ours.InitializeUniform(random(), 1);
    TorchMlp theirs(ours, GetParam());
    const std::vector<float> x = Rows(s.batch, s.inputs, -1, 1);
    const std::vector<float> d = Rows(s.batch, s.outputs, -1, 1);

    const torch::Tensor inputs = Unpadded(x, s.batch, s.inputs).requires_grad_();
    const torch::Tensor outputs = theirs.Forward(inputs);
    outputs.backward(Unpadded(d, s.batch, s.outputs));

    EXPECT_LT(
        Distance(Unpadded(ours.Forward(s.batch, x.data()), s.batch, s.outputs), outputs.detach()),
        1e-6);
    ours.BackwardParameters(d);
    for (std::size_t l = 0; l < ours.layers(); ++l) {
      const std::size_t in = ours.size(l);
      const std::size_t out = ours.size(l + 1);
      EXPECT_LT(Distance(Unpadded(ours.WeightGradient(l), in, out), theirs.WeightGradient(l)),
                2e-6);
      EXPECT_LT(Distance(Unpadded(ours.BiasGradient(l), 1, out)[0], theirs.BiasGradient(l)), 2e-6);
    }
    EXPECT_LT(Distance(Unpadded(ours.BackwardInputs(d), s.batch, s.inputs), inputs.grad()), 2e-6);
  }
}

INSTANTIATE_TEST_SUITE_P(Outputs, TorchMlpTest,
                         testing::Values(Output::kIdentity, Output::kSigmoid),
                         [](const auto& info) {
                           return info.param == Output::kSigmoid ? "Sigmoid" : "Identity";
                         });

// Gradients from 1e-6 to 1e2 in size, one in four of them zero.
TEST_F(TorchTest, AdamAgreesOverAHundredSteps) {
  constexpr std::size_t kCount = 256;
  constexpr AdamSettings kSettings{1e-3, 0.9, 0.99, 1e-8};
  std::vector<float> w = Rows(1, kCount, -1, 1), m(kCount), v(kCount);
  torch::Tensor theirs = Unpadded(w, 1, kCount).requires_grad_();
  torch::optim::Adam adam({theirs}, torch::optim::AdamOptions(kSettings.learning_rate)
                                        .betas({kSettings.beta1, kSettings.beta2})
                                        .eps(kSettings.epsilon));
  const torch::Tensor start = theirs.detach().clone();
  for (std::uint64_t step = 1; step <= 100; ++step) {
    std::vector<float> g = Rows(1, kCount, -1, 1);
    for (std::size_t i = 0; i < kCount; ++i) {
      const double size = std::pow(10, static_cast<double>(i % 9) - 6);
      g[i] = random().Below(4) == 0 ? 0 : static_cast<float>(static_cast<double>(g[i]) * size);
    }
    theirs.mutable_grad() = Unpadded(g, 1, kCount);
    adam.step();
    lode::kernels::Best().adam(kCount, ScalesAt(kSettings, step), g.data(), m.data(), v.data(),
                               w.data());
  }
  // Each step rounds a weight below 1 by at most half an ulp, 2^-25.
  const torch::Tensor error = (Unpadded(w, 1, kCount) - theirs.detach()).abs();
  EXPECT_LT(error.max().item<double>(), 100 * 0x1p-25);
  EXPECT_GT((theirs.detach() - start).abs().min().item<double>(), 1e-5);  // all have changed
}

// LibTorch's own initialization matches initialization = "uniform".
TEST_F(TorchTest, LinearStartsUniformWithinTheRootOfItsInputs) {
  torch::manual_seed(1);
  const double bound = 1 / std::sqrt(100.0);
  const torch::nn::Linear linear(100, 1000);
  for (const torch::Tensor& values : {linear->weight, linear->bias}) {
    EXPECT_LE(values.abs().max().item<double>(), bound * (1 + 1e-6));
    EXPECT_GT(values.abs().max().item<double>(), 0.99 * bound);
    EXPECT_NEAR(values.square().mean().item<double>(), bound * bound / 3, 0.1 * bound * bound);
  }
}

// Section 2.3 written with LibTorch: equations 5 and 6, and an Adam for each network.
class TorchAgent {
 public:
  TorchAgent(Agent& agent, const Agent::Settings& settings)
      : settings_(settings),
        actor_(agent.actor(), Output::kSigmoid),
        critic_(agent.critic(), Output::kIdentity),
        actor_adam_(actor_.Parameters(), Options(settings.actor)),
        critic_adam_(critic_.Parameters(), Options(settings.critic)) {}

  Agent::Losses Train(const Batch& batch) {
    const std::size_t size = batch.rewards.size();
    const torch::Tensor states = Unpadded(batch.states, size, settings_.cells);
    const torch::Tensor actions = Unpadded(batch.actions, size, settings_.cells);
    torch::Tensor rewards = torch::empty({static_cast<long>(size), 1}, kDouble);
    for (std::size_t i = 0; i < size; ++i) {
      rewards[static_cast<long>(i)][0] = static_cast<double>(batch.rewards[i]);
    }

    const torch::Tensor x = rewards - critic_.Forward(actions);
    const torch::Tensor critic_loss =
        (x * (settings_.quantile - (x <= 0).to(kDouble))).mean();  // eq. 5
    critic_adam_.zero_grad();
    critic_loss.backward();
    critic_adam_.step();

    const torch::Tensor actor_value = critic_.Forward(actor_.Forward(states)).mean();  // eq. 6
    actor_adam_.zero_grad();
    (-actor_value).backward();
    actor_adam_.step();
    return {critic_loss.item<double>(), actor_value.item<double>()};
  }

  const TorchMlp& actor() const { return actor_; }
  const TorchMlp& critic() const { return critic_; }

 private:
  static torch::optim::AdamOptions Options(const AdamSettings& s) {
    return torch::optim::AdamOptions(s.learning_rate).betas({s.beta1, s.beta2}).eps(s.epsilon);
  }

  Agent::Settings settings_;
  TorchMlp actor_, critic_;
  torch::optim::Adam actor_adam_, critic_adam_;
};

// Returns the distance between the two as a fraction of how far training has moved the layers.
double Drift(Mlp& ours, const TorchMlp& theirs, const TorchMlp& start) {
  double apart = 0, moved = 0;
  const auto add = [&](const torch::Tensor& a, const torch::Tensor& b, const torch::Tensor& c) {
    apart += (a - b).square().sum().item<double>();
    moved += (b - c).square().sum().item<double>();
  };
  for (std::size_t l = 0; l < ours.layers(); ++l) {
    const std::size_t out = ours.size(l + 1);
    add(Unpadded(ours.Weights(l), ours.size(l), out), theirs.Weights(l), start.Weights(l));
    add(Unpadded(ours.Bias(l), 1, out)[0], theirs.Bias(l), start.Bias(l));
  }
  return std::sqrt(apart / moved);
}

class TorchAgentTest : public TorchTest {
 protected:
  Batch Draw(std::size_t size, std::size_t cells) {
    Batch batch{Rows(size, cells, 0, 1), Rows(size, cells, 0, 1), {}};
    for (std::size_t i = 0; i < size; ++i) {
      batch.rewards.push_back(static_cast<float>(random().Uniform(20, 60)));
    }
    return batch;
  }

  void Compare(const Agent::Settings& settings, std::size_t batch_size) {
    Agent agent(settings);
    agent.actor().InitializeUniform(random(), 1);
    agent.critic().InitializeUniform(random(), 1);
    TorchAgent theirs(agent, settings);
    const TorchMlp actor_start(agent.actor(), Output::kSigmoid);
    const TorchMlp critic_start(agent.critic(), Output::kIdentity);
    for (int update = 0; update < 50; ++update) {
      const Batch batch = Draw(batch_size, settings.cells);
      const Agent::Losses a = agent.Train(batch), b = theirs.Train(batch);
      EXPECT_NEAR(a.critic, b.critic, 1e-5 * std::abs(b.critic)) << update;
      EXPECT_NEAR(a.actor_value, b.actor_value, 1e-5) << update;
    }
    EXPECT_LT(Drift(agent.critic(), theirs.critic(), critic_start), 1e-3);
    EXPECT_LT(Drift(agent.actor(), theirs.actor(), actor_start), 1e-3);
  }

  static constexpr AdamSettings kAdam{1e-4, 0.9, 0.99, 1e-8};
};

TEST_F(TorchAgentTest, RobustUpdatesAgree) { Compare({30, 128, 0.9, kAdam, kAdam}, 8); }

// DARTS: two matrices of 14 x 7, the wider networks and batches.
TEST_F(TorchAgentTest, LargeUpdatesAgree) { Compare({196, 256, 0.95, kAdam, kAdam}, 64); }

}  // namespace
}  // namespace l2nas

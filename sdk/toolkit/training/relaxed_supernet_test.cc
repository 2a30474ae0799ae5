#include "toolkit/training/relaxed_supernet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <lode/testing.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/failure.h"
#include "toolkit/training/device.h"
#include "toolkit/training/seed.h"
#include "toolkit/training/tiny_network.h"

namespace lode::training {
namespace {

using testing::HasSubstr;
using torch::Tensor;

constexpr std::size_t kCells = 3;
constexpr std::size_t kRelaxedImages = 190;  // 9 batches of 20 and one of 10

// Two convolutions and a skip connection of their sum: one decision of three operations, twice.
class TinyMixedImpl : public torch::nn::Module {
 public:
  TinyMixedImpl(std::uint64_t seed, std::uint32_t depth) {
    FirstWeights weights(seed, Initialization::kPyTorch);
    stem_ = register_module("stem", ConvNorm(1, 8, 3, 2, weights));
    for (std::uint32_t i = 0; i < depth; ++i) {
      const std::string name = std::to_string(i);
      layers_.emplace_back(register_module("a" + name, ConvNorm(8, 8, 3, 1, weights, false)),
                           register_module("b" + name, ConvNorm(8, 8, 1, 1, weights, false)));
    }
    classifier_ = register_module("classifier", weights.Linear(8 * 16, kTinyClasses));
  }

  Tensor Mix(const Tensor& images, const Mixture& mixture, const Pass& pass) {
    Tensor x = NormalizedRelu(stem_->norm, stem_->Convolve(images), pass);
    for (auto& [a, b] : layers_) {
      MixedSum sum(mixture, pass);
      sum.Add(0, true, [&](const Pass&) { return Term{x}; });
      sum.Add(1, false, [&](const Pass&) { return Term{a->Convolve(torch::tanh(x)), a->norm}; });
      sum.Add(2, false, [&](const Pass&) { return Term{b->Convolve(torch::tanh(x)), b->norm}; });
      x = sum.Value(x.sizes());
    }
    return classifier_(torch::tanh(x).flatten(1));
  }

 private:
  ConvNorm stem_ = nullptr;
  std::vector<std::pair<ConvNorm, ConvNorm>> layers_;
  torch::nn::Linear classifier_ = nullptr;
};
TORCH_MODULE(TinyMixed);

struct TinyShared : SharedNetwork {
  TinyShared(const RelaxedStart& start, torch::Dtype precision)
      : network(start.seed, start.depth == 0 ? 2 : start.depth) {
    if (start.depth > 9) { throw InvalidError("too deep"); }
    network->to(precision);
  }
  torch::nn::Module& module() override { return *network; }
  SupernetPath PathOf(ArchitectureView) override { return {}; }
  SupernetPath DrawPath(std::uint64_t, std::uint64_t) override { return {}; }
  Tensor Mix(const Tensor& images, const Mixture& mixture, const Pass& pass) override {
    return network->Mix(images, mixture, pass);
  }

  TinyMixed network;
};

class RelaxedSupernetTest : public testing::Test {
 protected:
  RelaxedSupernetTest() {
    config_.epochs = 3;
    config_.learning_rate = 0.05;
    config_.clip_norm = 5;
  }

  std::unique_ptr<RelaxedSupernet> Make(torch::Dtype precision = torch::kFloat) const {
    const auto make = [precision](const RelaxedStart& start) {
      return std::make_unique<TinyShared>(start, precision);
    };
    return std::make_unique<RelaxedSupernet>(
        host_.host(), kCells, config_, torch::kCPU, make,
        RelaxedLoaders{TinyLoader(kRelaxedImages), TinyLoader(kRelaxedImages / 2)});
  }
  std::unique_ptr<RelaxedSupernet> Started(const RelaxedStart& start = {.seed = 4},
                                           torch::Dtype precision = torch::kFloat) const {
    auto network = Make(precision);
    network->Restart(start);
    return network;
  }

  // A call on batch `number` under the mixture.
  RelaxedBatch On(std::uint64_t number, lode_split split = LODE_SPLIT_TRAIN) {
    return {.split = split,
            .number = number,
            .mixture = std::span<const double>(mixture_),
            .gradient = std::span(gradient_)};
  }

  static std::vector<Tensor> WeightsOf(RelaxedSupernet& network) {
    std::vector<Tensor> weights;
    for (const Tensor& p : network.network().module().parameters()) {
      weights.push_back(p.detach().clone());
    }
    return weights;
  }
  static bool AreEqual(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
    return std::ranges::equal(a, b, [](const Tensor& x, const Tensor& y) { return x.equal(y); });
  }
  static std::string Saved(const RelaxedSupernet& network) {
    std::string bytes;
    const lode_sink sink{&bytes, [](void* ctx, const void* data, std::size_t size) -> lode_status {
                           static_cast<std::string*>(ctx)->append(static_cast<const char*>(data),
                                                                  size);
                           return LODE_OK;
                         }};
    Writer writer(sink);
    network.Save(writer);
    return bytes;
  }
  static void Load(RelaxedSupernet& network, std::string_view bytes) {
    const lode_source source{&bytes, [](void* ctx, void* data, std::size_t size) -> std::int64_t {
                               auto& left = *static_cast<std::string_view*>(ctx);
                               const std::size_t count = left.copy(static_cast<char*>(data), size);
                               left.remove_prefix(count);
                               return static_cast<std::int64_t>(count);
                             }};
    Reader reader(source);
    network.Load(reader);
  }

  test::FixedHost host_;
  TrainingConfig config_;
  std::vector<double> mixture_ = {0.2, 0.5, 0.3}, gradient_ = {0, 0, 0};
};

TEST_F(RelaxedSupernetTest, LearnsTheImages) {
  config_.epochs = 6;
  const auto network = Started();
  const RelaxedInfo info = network->Info();
  EXPECT_EQ(info.training_batches, 10U);
  EXPECT_EQ(info.validation_batches, 5U);
  const double before = network->Measure(On(0, LODE_SPLIT_VALIDATION)).loss;
  for (std::uint64_t number = 0; number < 60; ++number) { network->Step(On(number)); }
  const RelaxedResult after = network->Measure(On(0, LODE_SPLIT_VALIDATION));
  EXPECT_LT(after.loss, before / 2);
  EXPECT_GT(after.accuracy, 0.9);
}

// Each call may come in any order; those on the same batch agree.
TEST_F(RelaxedSupernetTest, ABatchIsAFunctionOfItsNumber) {
  const auto network = Started();
  std::vector<RelaxedResult> results;
  for (std::uint64_t number = 0; number < 25; ++number) {
    results.push_back(network->Measure(On(number)));
  }
  for (const std::uint64_t number : {24U, 3U, 4U, 4U, 19U, 20U, 0U}) {
    EXPECT_EQ(network->Measure(On(number)).loss, results[number].loss) << number;
  }
  EXPECT_NE(results[0].loss, results[10].loss);  // another epoch's order
  EXPECT_NE(Started({.seed = 5})->Measure(On(0)).loss, results[0].loss);
}

TEST_F(RelaxedSupernetTest, MeasuringChangesNothing) {
  const auto network = Started();
  network->Step(On(0));
  const std::string before = Saved(*network);
  RelaxedBatch unrolled = On(2, LODE_SPLIT_VALIDATION);
  unrolled.unrolled = {.inner = 1, .rate = 0};
  network->Measure(On(1));
  network->Measure(unrolled);
  EXPECT_EQ(Saved(*network), before);
}

TEST_F(RelaxedSupernetTest, AStepLeavesAbsentOperationsAlone) {
  const auto network = Started();
  network->Step(On(0));  // now all have momentum
  mixture_ = {0.5, 0, 0.5};
  const std::vector<Tensor> before = WeightsOf(*network);
  for (const Absent absent : {Absent::kZero, Absent::kExact, Absent::kOutputSum}) {
    RelaxedBatch batch = On(1);
    batch.absent = absent;
    network->Step(batch);
  }
  const std::vector<Tensor> after = WeightsOf(*network);
  const auto names = network->network().module().named_parameters().keys();
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(before[i].equal(after[i]), names[i][0] == 'a') << names[i];
  }
}

TEST_F(RelaxedSupernetTest, NobodyNeedsToAskForGradients) {
  const auto one = Started(), two = Started();
  RelaxedBatch batch = On(0);
  batch.gradient = {};
  EXPECT_EQ(one->Measure(batch).loss, two->Measure(On(0)).loss);
  EXPECT_EQ(one->Step(batch).loss, two->Step(On(0)).loss);
  EXPECT_EQ(Saved(*one), Saved(*two));
}

// Nesterov's momentum and decay by hand, for two steps.
TEST_F(RelaxedSupernetTest, AStepIsThatOfTheTrainer) {
  config_.clip_norm = 0;
  const auto network = Started();
  std::vector<Tensor> expected = WeightsOf(*network), momentum(expected.size());
  for (std::uint64_t number = 0; number < 2; ++number) {
    const auto twin = Started();
    for (std::uint64_t done = 0; done < number; ++done) { twin->Step(On(done)); }
    std::vector<Tensor> gradients;
    twin->Step(On(number));
    for (const Tensor& p : twin->network().module().parameters()) { gradients.push_back(p.grad()); }
    const double rate = config_.learning_rate *
                        (1 + std::cos(3.14159265358979323846 * static_cast<double>(number) / 30)) /
                        2;
    network->Step(On(number));
    const std::vector<Tensor> after = WeightsOf(*network);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const Tensor g = gradients[i] + config_.weight_decay * expected[i];
      momentum[i] = momentum[i].defined() ? 0.9 * momentum[i] + g : g.clone();
      expected[i] = expected[i] - rate * (g + 0.9 * momentum[i]);
      EXPECT_TRUE(torch::allclose(after[i], expected[i], 1e-4, 1e-6)) << i;
    }
  }
}

// w' = w - rate * (dL_train/dw + decay * w) is a function of the mixture: the unrolled gradient is
// that of the validation loss at w', in double precision. This includes the product with the second
// derivative, a difference itself.
TEST_F(RelaxedSupernetTest, TheSecondOrderEqualsItsDefinition) {
  config_.weight_decay = 0.01;
  const auto network = Started({.seed = 4}, torch::kDouble);
  RelaxedBatch batch = On(2, LODE_SPLIT_VALIDATION);
  batch.unrolled = {.inner = 7, .rate = 0.3};
  for (const std::vector<double>& mixture :
       {std::vector<double>{0.2, 0.5, 0.3}, std::vector<double>{0.6, 0, 0.4}}) {
    mixture_ = mixture;
    for (const Absent absent : {Absent::kZero, Absent::kExact}) {
      batch.absent = absent;
      network->Measure(batch);
      const std::vector<double> unrolled = gradient_;
      for (std::size_t c = 0; c < kCells; ++c) {
        const auto loss_at = [&](double step) {
          mixture_ = mixture;
          mixture_[c] += step;
          RelaxedBatch moved = batch;
          moved.mixture = std::span<const double>(mixture_);
          moved.gradient = {};
          return network->Measure(moved).loss;
        };
        const double difference = (loss_at(1e-4) - loss_at(-1e-4)) / 2e-4;
        const bool wanted = mixture[c] != 0 || absent == Absent::kExact;
        EXPECT_NEAR(unrolled[c], wanted ? difference : 0, 2e-3) << c;
      }
      mixture_ = mixture;
    }
  }
  mixture_ = {0.2, 0.5, 0.3};
  network->Measure(batch);
  const std::vector<double> second = gradient_;
  network->Measure(On(2, LODE_SPLIT_VALIDATION));
  for (std::size_t c = 0; c < kCells; ++c) {  // the first order is something else
    EXPECT_GT(std::abs(second[c] - gradient_[c]), 0.01) << c;
  }
}

TEST_F(RelaxedSupernetTest, AVirtualStepHasTheRateOfItsBatch) {
  config_.final_learning_rate = 0.01;
  const auto network = Started();
  const auto loss = [&](std::uint64_t inner, double rate) {
    RelaxedBatch batch = On(0, LODE_SPLIT_VALIDATION);
    batch.unrolled = {.inner = inner, .rate = rate};
    return network->Measure(batch).loss;
  };
  EXPECT_EQ(loss(0, 0), loss(0, 0.05));
  EXPECT_NE(loss(29, 0), loss(29, 0.05));
  EXPECT_EQ(loss(1000, 0),
            loss(1000, 0.01 + 0.04 * (1 + std::cos(3.14159265358979323846 * 29 / 30)) / 2));
}

TEST_F(RelaxedSupernetTest, ALoadedNetworkContinuesToTheSameBits) {
  config_.drop_path = 0.2;
  const RelaxedStart start{.seed = 9, .depth = 3, .skip_dropout = 0.3};
  const auto whole = Started(start);
  for (std::uint64_t number = 0; number < 12; ++number) { whole->Step(On(number)); }
  const std::string saved = Saved(*whole);
  const auto loaded = Make();
  Load(*loaded, saved);
  for (std::uint64_t number = 12; number < 24; ++number) {
    EXPECT_EQ(whole->Step(On(number)).loss, loaded->Step(On(number)).loss);
  }
  EXPECT_EQ(Saved(*whole), Saved(*loaded));
  EXPECT_NE(Saved(*whole), saved);
}

TEST_F(RelaxedSupernetTest, AFailedLoadChangesNothing) {
  const auto network = Started();
  const std::string saved = Saved(*network);
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{5}, saved.size() / 2, saved.size() - 1}) {
    EXPECT_ANY_THROW(Load(*network, saved.substr(0, length))) << length;
    EXPECT_EQ(Saved(*network), saved);
  }
  std::string deep = saved;
  deep[9] = 100;  // the depth
  EXPECT_EQ(lode::Failure<InvalidError>([&] { Load(*network, deep); }), "too deep");
  EXPECT_EQ(Saved(*network), saved);
}

TEST_F(RelaxedSupernetTest, ARestartForgetsEverything) {
  const RelaxedStart start{.seed = 9, .depth = 1};
  const auto once = Started({.seed = 9, .depth = 3});
  for (std::uint64_t number = 0; number < 3; ++number) { once->Step(On(number)); }
  once->Restart(start);
  const auto fresh = Started(start);
  for (std::uint64_t number = 0; number < 3; ++number) {
    EXPECT_EQ(once->Step(On(number)).loss, fresh->Step(On(number)).loss);
  }
  EXPECT_EQ(WeightsOf(*once).size() + 4, WeightsOf(*Started({.seed = 9, .depth = 3})).size());
}

TEST_F(RelaxedSupernetTest, SkipDropoutIsForStepsOnly) {
  mixture_ = {1, 0, 0};
  const auto plain = Started(), dropping = Started({.seed = 4, .skip_dropout = 0.5});
  EXPECT_EQ(plain->Measure(On(0)).loss, dropping->Measure(On(0)).loss);
  EXPECT_NE(plain->Step(On(0)).loss, dropping->Step(On(0)).loss);
}

TEST_F(RelaxedSupernetTest, OperationsThatItWasStartedWithoutAreRefused) {
  const std::vector<std::uint8_t> operations = {1, 0, 1};
  const auto network = Started({.seed = 4, .operations = operations});
  EXPECT_THAT(lode::Failure<InvalidError>([&] { network->Step(On(0)); }), HasSubstr("without"));
  EXPECT_THROW(network->RequireOperationsOf(std::vector<std::uint8_t>{0, 1, 0}), InvalidError);
  network->RequireOperationsOf(std::vector<std::uint8_t>{0, 0, 1});
  mixture_ = {0.5, 0, 0.5};
  RelaxedBatch batch = On(0);
  batch.absent = Absent::kExact;
  network->Measure(batch);
  EXPECT_EQ(gradient_[1], 0);
  EXPECT_NE(gradient_[2], 0);
}

TEST_F(RelaxedSupernetTest, WrongUseIsReported) {
  EXPECT_EQ(lode::Failure<InvalidError>([&] { Make()->Step(On(0)); }),
            "the network was not started");
  config_.learning_rate = 1e30;
  const auto network = Started();
  EXPECT_THAT(lode::Failure<UnsupportedError>([&] {
                for (std::uint64_t number = 0; number < 9; ++number) { network->Step(On(number)); }
              }),
              HasSubstr("training diverged: the loss is not finite at step"));
}

}  // namespace
}  // namespace lode::training

#include "toolkit/training/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <lode/testing.hpp>
#include <random>
#include <string>
#include <thread>

#include "tests/failure.h"
#include "tests/temporary_directory.h"
#include "toolkit/files/safetensors.h"
#include "toolkit/training/checkpoint.h"
#include "toolkit/training/device.h"
#include "toolkit/training/tiny_network.h"

namespace lode::training {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::size_t kImages = 190;  // 9 batches of 20 and one of 10
constexpr std::uint64_t kBatches = 10;

// Uses every setting of a training.
TrainingConfig SmallConfig() {
  TrainingConfig config;
  config.epochs = 3;
  config.warm_up_epochs = 0.5;
  config.clip_norm = 5;
  config.label_smoothing = 0.1;
  config.drop_path = 0.3;
  return config;
}

// One training of a small network.
struct Trained {
  explicit Trained(const fs::path& file = {}) { place.file = file; }

  Evaluation Run(const TrainingConfig& config = SmallConfig()) {
    const auto loader = TinyLoader(kImages);
    const Trainee trainee{
        *network, [this](const torch::Tensor& images, const Step& step) -> Prediction {
          dropped.push_back(step.drop_path.probability());
          return {network(images, step.number, Pass::Training(&step.drop_path)), {}};
        }};
    return Train(trainee, *loader, config, 4, torch::kCPU, place,
                 {[this] { return steps == cancel_at; },
                  [this](double part, const std::string& what) {
                    ++steps;
                    fraction = part;
                    said = what;
                  }});
  }

  std::string Weights() const { return files::FormatSafetensors({TensorsOf(*network)}); }

  TinyNetwork network{3};
  CheckpointPlace place{{}, "a small training", 0};  // a checkpoint after every step
  std::uint64_t steps = 0;                           // that were taken
  std::uint64_t cancel_at = ~std::uint64_t{0};
  double fraction = 0;
  std::string said;
  std::vector<double> dropped;  // the probability in each step
};

// Returns what is thrown; "" if nothing is.
template <class Error>
std::string Failure(Trained& trained, const TrainingConfig& config = SmallConfig()) {
  return lode::Failure<Error>([&] { trained.Run(config); });
}

std::string BytesOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void ExpectSame(const Evaluation& a, const Evaluation& b) {
  EXPECT_EQ(a.top1, b.top1);
  EXPECT_EQ(a.top5, b.top5);
  EXPECT_EQ(a.loss, b.loss);
  EXPECT_EQ(a.images, b.images);
}

class TrainerTest : public testing::Test {
 protected:
  fs::path File(const std::string& name) const { return directory_.path() / name; }

  TemporaryDirectory directory_;
};

TEST_F(TrainerTest, LearnsTheImages) {
  Trained trained;
  TrainingConfig config = SmallConfig();
  config.epochs = 10;
  config.drop_path = 0;  // an image whose only path is dropped cannot be classified
  const Evaluation training = trained.Run(config);
  EXPECT_EQ(training.images, static_cast<std::int64_t>(kImages));
  EXPECT_GT(training.top1, 90);
  EXPECT_EQ(trained.steps, 10 * kBatches);
  EXPECT_EQ(trained.fraction, 1);
  EXPECT_THAT(trained.said, AllOf(StartsWith("epoch 10 of 10, "), HasSubstr("loss ")));

  const auto loader = TinyLoader(kImages, /*shuffle=*/false);
  const Evaluation e = Evaluate(
      [&](const torch::Tensor& images) { return trained.network(images, 0, Pass::Evaluation()); },
      *loader, torch::kCPU, [] {});
  EXPECT_EQ(e.images, static_cast<std::int64_t>(kImages));
  EXPECT_GT(e.top1, 90);
}

TEST_F(TrainerTest, DropsMorePathsFromEpochToEpoch) {
  Trained trained, without;
  trained.Run();
  ASSERT_EQ(trained.dropped.size(), 3 * kBatches);
  for (std::size_t step = 0; step < trained.dropped.size(); ++step) {
    EXPECT_DOUBLE_EQ(trained.dropped[step], 0.1 * static_cast<double>(step / kBatches)) << step;
  }
  TrainingConfig config = SmallConfig();
  config.drop_path = 0;
  without.Run(config);
  EXPECT_NE(without.Weights(), trained.Weights());
}

TEST_F(TrainerTest, CheckpointsDoNotChangeTheResult) {
  Trained without, often(File("often")), seldom(File("seldom"));
  seldom.place.seconds = 1e9;
  without.Run();
  often.Run();
  seldom.Run();
  EXPECT_EQ(often.Weights(), without.Weights());
  EXPECT_EQ(seldom.Weights(), without.Weights());
}

TEST_F(TrainerTest, ATrainingCancelledAtAnyStepContinuesToTheSameWeights) {
  Trained whole;
  const Evaluation result = whole.Run();
  EXPECT_EQ(result.images, static_cast<std::int64_t>(kImages));
  for (const std::uint64_t step : {0, 1, 7, 9, 10, 11, 29}) {
    const fs::path file = File("cut" + std::to_string(step));
    Trained cut(file), rest(file);
    cut.place.seconds =
        1e9;  // the only checkpoints are those at an epoch's end and at the cancellation
    cut.cancel_at = step;
    EXPECT_THROW(cut.Run(), CancelledError);
    EXPECT_EQ(cut.steps, step);
    ExpectSame(rest.Run(), result);
    EXPECT_EQ(rest.steps, 3 * kBatches - step);
    EXPECT_EQ(rest.Weights(), whole.Weights()) << "cut at step " << step;
  }
}

TEST_F(TrainerTest, AFinishedTrainingIsLoadedAndNothingIsTrained) {
  Trained whole(File("file")), again(File("file"));
  const Evaluation result = whole.Run();
  const std::string before = BytesOf(File("file"));
  ExpectSame(again.Run(), result);
  EXPECT_EQ(again.steps, 0U);
  EXPECT_EQ(again.Weights(), whole.Weights());
  EXPECT_EQ(BytesOf(File("file")), before);
}

TEST_F(TrainerTest, AStepDoesNotChangeWhatItDoesNotTouch) {
  Trained trained;
  trained.cancel_at = 1;  // step 0 is along the even path
  const files::Tensors before = TensorsOf(*trained.network);
  EXPECT_THROW(trained.Run(), CancelledError);
  const files::Tensors after = TensorsOf(*trained.network);
  EXPECT_EQ(after.at("odd.weight").values, before.at("odd.weight").values);
  EXPECT_NE(after.at("even.weight").values, before.at("even.weight").values);
}

TEST_F(TrainerTest, DivergenceIsAnErrorAndLeavesNothing) {
  Trained trained(File("file"));
  TrainingConfig config = SmallConfig();
  config.learning_rate = 1e30;
  config.warm_up_epochs = config.clip_norm = 0;
  EXPECT_THAT(Failure<UnsupportedError>(trained, config),
              AllOf(StartsWith("training diverged"), HasSubstr("at step ")));
  EXPECT_LT(trained.steps, kBatches);
  EXPECT_TRUE(fs::is_empty(directory_.path()));
}

// The gradient of the sum of both losses, one step of plain descent.
TEST_F(TrainerTest, AnAuxiliaryHeadAddsItsLoss) {
  TrainingConfig config;
  config.momentum = config.weight_decay = 0;
  config.nesterov = false;
  config.learning_rate = 0.5;
  config.auxiliary_weight = 0.3;
  TinyNetwork trained(3), expected(3);
  const auto loader = TinyLoader(20, /*shuffle=*/false);  // a single batch
  const auto both = [](TinyNetwork& network, const torch::Tensor& images) -> Prediction {
    return {network(images, 0, Pass::Training()), network(images, 1, Pass::Training())};
  };
  Train({*trained, [&](const torch::Tensor& images, const Step&) { return both(trained, images); }},
        *loader, config, 4, torch::kCPU, {}, {[] { return false; }, [](double, auto&) {}});

  images::Batch batch;
  loader->Begin(0);
  loader->Next(batch);
  const Prediction p = both(expected, ImagesOf(batch, torch::kCPU));
  const torch::Tensor labels = LabelsOf(batch, torch::kCPU);
  using torch::nn::functional::cross_entropy;
  (cross_entropy(p.logits, labels) + 0.3 * cross_entropy(p.auxiliary, labels)).backward();
  const auto result = trained->named_parameters();
  for (const auto& parameter : expected->named_parameters()) {
    const torch::Tensor stepped = parameter.value() - 0.5 * parameter.value().grad();
    EXPECT_TRUE(torch::allclose(result[parameter.key()], stepped, 1e-5, 1e-6)) << parameter.key();
  }
}

// One step of plain descent; the losses by their definitions.
TEST_F(TrainerTest, AStepAddsTheGradientsOfItsPathsWithWhatTheTeacherSays) {
  TrainingConfig config;
  config.momentum = config.weight_decay = 0;
  config.nesterov = false;
  config.learning_rate = 0.5;
  config.distillation = 0.7;
  TinyNetwork trained(3), expected(3), teacher(5);
  const auto loader = TinyLoader(20, /*shuffle=*/false);  // a single batch
  Trainee trainee{*trained, [&](const torch::Tensor& images, const Step& step) -> Prediction {
                    return {trained(images, step.path, Pass::Training()), {}};
                  }};
  trainee.paths = 2;
  trainee.teacher = [&](const torch::Tensor& images) {
    return teacher(images, 0, Pass::Evaluation());
  };
  const Evaluation result = Train(trainee, *loader, config, 4, torch::kCPU, {},
                                  {[] { return false; }, [](double, auto&) {}});
  EXPECT_EQ(result.images, 40);

  images::Batch batch;
  loader->Begin(0);
  loader->Next(batch);
  const torch::Tensor images = ImagesOf(batch, torch::kCPU);
  const torch::Tensor labels = LabelsOf(batch, torch::kCPU).unsqueeze(1);
  const torch::Tensor taught = teacher(images, 0, Pass::Evaluation()).detach().softmax(1);
  for (const std::uint64_t path : {0, 1}) {
    const torch::Tensor log = expected(images, path, Pass::Training()).log_softmax(1);
    (-log.gather(1, labels).mean() - 0.7 * (taught * log).sum(1).mean()).backward();
  }
  const auto after = trained->named_parameters();
  for (const auto& parameter : expected->named_parameters()) {
    const torch::Tensor stepped = parameter.value() - 0.5 * parameter.value().grad();
    EXPECT_TRUE(torch::allclose(after[parameter.key()], stepped, 1e-5, 1e-6)) << parameter.key();
  }
}

TEST_F(TrainerTest, NormsAndBiasesNeedNotDecay) {
  const auto trained = [](double weight_decay, bool decay_norms) {
    Trained training;
    TrainingConfig config;
    config.clip_norm = 0.1;
    config.weight_decay = weight_decay;
    config.decay_norms = decay_norms;
    training.cancel_at = 1;
    EXPECT_THROW(training.Run(config), CancelledError);
    return TensorsOf(*training.network);
  };
  const files::Tensors none = trained(0, true), some = trained(0.1, false),
                       all = trained(0.1, true);
  for (const auto& [name, tensor] : none) {
    const bool is_vector = tensor.shape.size() == 1;
    const files::Tensors& same = is_vector ? none : all;
    EXPECT_EQ(some.at(name).values, same.at(name).values) << name;
  }
  EXPECT_NE(all.at("even.weight").values, none.at("even.weight").values);
  EXPECT_NE(all.at("even.norm.weight").values, none.at("even.norm.weight").values);
}

TEST_F(TrainerTest, ACheckpointOfAnotherTrainingIsRefusedWithItsName) {
  Trained one(File("file")), other(File("file"));
  one.Run();
  const std::string bytes = BytesOf(File("file")), weights = other.Weights();
  other.place.what = "another training";
  EXPECT_THAT(Failure<IoError>(other),
              AllOf(StartsWith(File("file").string() + ": "), HasSubstr("\"a small training\""),
                    HasSubstr("\"another training\"")));
  EXPECT_EQ(other.Weights(), weights);
  EXPECT_EQ(BytesOf(File("file")), bytes);
}

TEST_F(TrainerTest, AFileThatIsNotACheckpointIsRefused) {
  Trained trained(File("file"));
  files::WriteSafetensors(File("file").string(), {TensorsOf(*trained.network)});
  EXPECT_THAT(Failure<IoError>(trained), HasSubstr("not a checkpoint of a training"));
  std::ofstream(File("file"), std::ios::binary) << "not at all";
  EXPECT_THAT(Failure<IoError>(trained), StartsWith(File("file").string() + ": "));
}

TEST_F(TrainerTest, ACheckpointThatCannotBeWrittenIsAnError) {
  Trained trained(File("no such directory") / "file");
  EXPECT_THAT(Failure<IoError>(trained), HasSubstr("no such directory"));
}

// ---- killed at any moment: in a separate process, which runs this program with another filter

constexpr char kDirectory[] = "LODE_TRAINED_IN";

TEST(KilledTrainer, DISABLED_Trains) {
  const fs::path directory = std::getenv(kDirectory);
  Trained trained(directory / "checkpoint");
  std::ofstream(directory / "started") << "now";
  trained.Run();
  files::WriteSafetensors((directory / "weights").string(), {TensorsOf(*trained.network)});
}

class KilledTrainerTest : public TrainerTest {
 protected:
  // Starts the process of a training in a directory; it has begun on return.
  static pid_t Start(const fs::path& directory) {
    fs::create_directories(directory);
    fs::remove(directory / "started");
    const pid_t child = lode::test::StartProcess(
        {"/proc/self/exe", "--gtest_filter=KilledTrainer.DISABLED_Trains",
         "--gtest_also_run_disabled_tests", "--gtest_brief=1"},
        {{kDirectory, directory.string()}}, directory, "/dev/null", "/dev/null");
    while (!fs::exists(directory / "started") && waitpid(child, nullptr, WNOHANG) == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return child;
  }

  static int Finish(pid_t child) { return lode::test::WaitForEnd(child); }
};

TEST_F(KilledTrainerTest, EndsWithTheSameWeights) {
  using Clock = std::chrono::steady_clock;
  const fs::path whole = File("whole"), killed = File("killed");
  const pid_t reference = Start(whole);
  const auto start = Clock::now();
  ASSERT_EQ(Finish(reference), 0);
  const std::chrono::duration<double> duration = Clock::now() - start;

  std::mt19937 random(1);
  std::uniform_real_distribution<double> part(0, 0.4);  // of the time of a whole training
  const char* wanted = std::getenv("LODE_KILLS");
  double patience = 1;
  for (int kills = 0; kills < (wanted != nullptr ? std::atoi(wanted) : 4);) {
    const pid_t child = Start(killed);
    std::this_thread::sleep_for(patience * part(random) * duration);
    kill(child, SIGKILL);
    if (WIFSIGNALED(Finish(child))) { ++kills; }
    if (!fs::exists(killed / "weights")) { continue; }
    EXPECT_EQ(BytesOf(killed / "weights"), BytesOf(whole / "weights")) << "kill " << kills;
    fs::remove_all(killed);
    patience /= 2;  // it had finished already: the machine is less busy now
  }
  ASSERT_EQ(Finish(Start(killed)), 0);
  ASSERT_FALSE(BytesOf(whole / "weights").empty());
  EXPECT_EQ(std::distance(fs::directory_iterator(killed), {}), 3);  // checkpoint, started, weights
  EXPECT_EQ(BytesOf(killed / "weights"), BytesOf(whole / "weights"));
}

}  // namespace
}  // namespace lode::training

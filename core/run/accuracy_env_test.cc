#include "core/run/accuracy_env.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/plugin/error.h"
#include "tests/failure.h"
#include "tests/temporary_directory.h"
#include "toolkit/files/safetensors.h"

namespace lode::core {
namespace {

using testing::HasSubstr;

class AccuracyEnvTest : public testing::Test {
 protected:
  // The reward that refers to a file with this metadata.
  RewardConfig RewardOf(const files::Metadata& metadata) const {
    RewardConfig reward;
    reward.transform = Transform::kRelative;
    reward.accuracy_env = directory_.path() / "weights.safetensors";
    files::WriteSafetensors(reward.accuracy_env.string(), {{}, metadata});
    return reward;
  }

  std::string Fault(const files::Metadata& metadata) const {
    RewardConfig reward = RewardOf(metadata);
    return Failure<HostError>([&] { TakeAccuracyEnv(reward); });
  }

  const TemporaryDirectory directory_;
};

TEST_F(AccuracyEnvTest, TheNumberTakesTheFilesPlace) {
  RewardConfig reward = RewardOf({{"accuracy_env", "82.316"}});
  TakeAccuracyEnv(reward);
  EXPECT_EQ(reward.reference, 82.316);
  EXPECT_TRUE(reward.accuracy_env.empty());
}

TEST_F(AccuracyEnvTest, AFileThatDoesNotExistYetIsLeftForLater) {
  RewardConfig reward;
  TakeAccuracyEnv(reward);
  EXPECT_EQ(reward.reference, 0);
  reward.accuracy_env = directory_.path() / "later.safetensors";
  TakeAccuracyEnv(reward);
  EXPECT_EQ(reward.reference, 0);
  EXPECT_FALSE(reward.accuracy_env.empty());
}

TEST_F(AccuracyEnvTest, FilesWithoutItAreRefused) {
  EXPECT_THAT(Fault({{"training", "short"}}),
              HasSubstr("weights.safetensors: its metadata has no accuracy_env, the accuracy that "
                        "[reward] refers to"));
  for (const char* text : {"", "0", "-3", "nan", "82 %", "inf"}) {
    EXPECT_THAT(
        Fault({{"accuracy_env", text}}),
        HasSubstr("its accuracy_env is '" + std::string(text) + "', expected a number above 0"));
  }
  RewardConfig reward;
  reward.accuracy_env = directory_.Write("text.safetensors", "not tensors");
  EXPECT_THAT(Failure<HostError>([&] { TakeAccuracyEnv(reward); }), HasSubstr("text.safetensors"));
}

}  // namespace
}  // namespace lode::core

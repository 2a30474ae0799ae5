// Trains with each instruction set that this processor has, as other machines would.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/chance.h"
#include "tests/program.h"
#include "tests/temporary_directory.h"

namespace lode {
namespace {

using nlohmann::json;

constexpr int kImages = 500;

// Settings that make oneDNN, LibTorch, OpenBLAS and glibc use a smaller instruction set.
struct InstructionSet {
  const char* name;
  bool is_here;
  std::map<std::string, std::string> variables;
};

void PrintTo(const InstructionSet& set, std::ostream* out) { *out << set.name; }

const InstructionSet kSets[] = {
    {"plain",
     true,
     {{"ONEDNN_MAX_CPU_ISA", "SSE41"},
      {"ATEN_CPU_CAPABILITY", "default"},
      {"OPENBLAS_CORETYPE", "Nehalem"},
      {"GLIBC_TUNABLES", "glibc.cpu.hwcaps=-FMA,-FMA4,-AVX,-AVX2,-AVX512F,-AVX512VL"}}},
    {"avx2",
     __builtin_cpu_supports("avx2") != 0,
     {{"ONEDNN_MAX_CPU_ISA", "AVX2"},
      {"ATEN_CPU_CAPABILITY", "avx2"},
      {"OPENBLAS_CORETYPE", "Haswell"},
      {"GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX512F,-AVX512VL"}}},
    {"avx512",
     __builtin_cpu_supports("avx512f") != 0,
     {{"ATEN_CPU_CAPABILITY", "avx512"}, {"OPENBLAS_CORETYPE", "SkylakeX"}}},
};

class InstructionSetsTest : public testing::TestWithParam<InstructionSet> {
 protected:
  InstructionSetsTest() {
    for (const auto& [name, value] : GetParam().variables) { lode_.SetEnvironment(name, value); }
    std::ofstream(directory_.path() / "cell.tsv")
        << "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|"
           "skip_connect~2|\n";
    std::ofstream(directory_.path() / "training.toml") << R"(
        [pipeline]
        name = "training"
        [space]
        use = "nb201"
        [oracle]
        use = "nb201.train"
        cells = 1
        channels = 8
        train_images = 960
        epochs = 2
        batch_size = 32
        learning_rate = 0.1
        final_learning_rate = 0
        validation_images = 500
        test_images = 500
        [reward]
        metric = "valid_accuracy"
        [optimizer]
        use = "listed"
        architectures = "cell.tsv"
        [budget]
        steps = 1
        )";
  }

  // The metrics of a training.
  json Train() const {
    return RunJson(lode_, {(directory_.path() / "training.toml").string(), "--out", "out"})
        .at("runs")[0]
        .at("best")
        .at("metrics");
  }

  const TemporaryDirectory directory_;
  Program lode_{directory_.path()};
};

TEST_P(InstructionSetsTest, ATrainingLearns) {
  if (!GetParam().is_here) { GTEST_SKIP() << "this processor has no " << GetParam().name; }
  const json metrics = Train();
  EXPECT_GT(metrics.at("valid_accuracy"), FarAboveChance(kImages));
  EXPECT_GT(metrics.at("test_accuracy"), FarAboveChance(kImages));
}

INSTANTIATE_TEST_SUITE_P(All, InstructionSetsTest, testing::ValuesIn(kSets),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace lode

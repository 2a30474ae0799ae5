// The training example: configs/command/fashion_mnist.toml with Debian's PyTorch and data set.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <lode/testing.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/built.h"
#include "tests/chance.h"
#include "tests/run_database.h"

namespace command {
namespace {

// Returns the first Python that has PyTorch, or "".
std::string PythonWithTorch() {
  for (const std::string python : {"python3", "/usr/bin/python3"}) {
    if (std::system((python + " -c 'import torch' 2> /dev/null").c_str()) == 0) { return python; }
  }
  return "";
}

class FashionMnist : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist")) {
      GTEST_SKIP() << "Debian's package dataset-fashion-mnist is not installed";
    }
    const std::string python = PythonWithTorch();
    if (python.empty()) { GTEST_SKIP() << "no python3 imports torch"; }
    search_.program().SetEnvironment("PYTHON", python);
  }

  // Runs the example with changes; returns the rows of its trials.
  std::string Trials(const std::string& out, const std::vector<std::string>& changes) {
    std::vector<std::string> arguments = {"run",
                                          LODE_SOURCE_DIR "/configs/command/fashion_mnist.toml",
                                          "--out", (search_.directory() / out).string()};
    for (const std::string& change : changes) {
      arguments.insert(arguments.end(), {"--set", change});
    }
    const lode::test::Outcome outcome = search_.Run(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
    return lode::Select(search_.directory() / out / "seed-0",
                        "SELECT accuracy, params, failure, architecture FROM trials");
  }

  lode::test::Search search_{{}, lode::BuiltProgram()};
};

int Count(const std::string& text, const std::string& word) {
  int count = 0;
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; ++at) { ++count; }
  return count;
}

// Parameters of the benchmark's network with 8 channels, one cell per stage, images of one channel,
// 10 classes.
int Params(const std::string& cell) {
  int params = 9 * 8 + 2 * 8;  // stem
  for (const int c : {8, 16, 32}) {
    params += Count(cell, "nor_conv_1x1") * (c * c + 2 * c);
    params += Count(cell, "nor_conv_3x3") * (9 * c * c + 2 * c);
    if (c > 8) { params += 9 * c * c / 2 + 2 * c + 9 * c * c + 2 * c + c * c / 2; }
  }
  return params + 2 * 32 + 32 * 10 + 10;
}

TEST_F(FashionMnist, TrainsThreeCells) {
  std::istringstream trials(Trials(
      "three", {"budget.unique_queries=3",
                R"(oracle.command=["${PYTHON:-python3}", "{program}", "--train", "2560"])"}));
  double best = 0;
  int count = 0;
  for (std::string line; std::getline(trials, line); ++count) {
    std::istringstream fields(line);
    std::string accuracy, params, failure, cell;
    std::getline(std::getline(std::getline(fields, accuracy, '|'), params, '|'), failure, '|');
    std::getline(fields, cell);
    ASSERT_EQ(failure, "NULL") << line;
    EXPECT_EQ(std::stod(params), Params(cell)) << line;
    best = std::max(best, std::stod(accuracy));
  }
  EXPECT_EQ(count, 3);
  EXPECT_GT(best, lode::FarAboveChance(2000));
}

TEST_F(FashionMnist, ASeedGivesTheSameTrials) {
  const std::vector<std::string> small = {
      "budget.unique_queries=2",
      R"(oracle.command=["${PYTHON:-python3}", "{program}", "--train", "640", "--validation", "500"])"};
  const std::string trials = Trials("first", small);
  EXPECT_EQ(Count(trials, "NULL"), 2) << trials;
  EXPECT_EQ(Trials("second", small), trials);
}

}  // namespace
}  // namespace command

// Checks what is measured, reused, rejected and counted, with real components.
#include "core/search/evaluator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/document.h"
#include "core/config/resolve.h"
#include "core/exec/in_process.h"
#include "core/plugin/index.h"
#include "core/search/components.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

const fs::path kTestPlugins = fs::path(LODE_BINARY_DIR) / "tests/plugins";

class EvaluatorTest : public testing::Test {
 protected:
  // The Once-for-All space with these oracles and limits.
  void Make(const std::string& oracles, const std::string& limits = "[]",
            const std::string& metric = "macs") {
    const std::string text = "[pipeline]\nname = \"e\"\n[space]\nuse = \"ofa\"\n" + oracles +
                             "[reward]\nmetric = \"" + metric + "\"\nlimits = " + limits +
                             "\n[optimizer]\nuse = \"random\"\n[budget]\nsteps = 1\n";
    index_ = std::make_unique<PluginIndex>(
        SearchPath{{kTestPlugins / "picky.lode.so", kTestPlugins / "nan_oracle.lode.so"},
                   {fs::path(LODE_BINARY_DIR) / "lib/lode/plugins"}},
        directory_.path() / "index.json");
    pipeline_ = Resolve(Document::FromText(text, "test"), *index_).at(0).pipeline;
    components_ = std::make_unique<Components>(pipeline_, *index_, context_);
    executor_ = std::make_unique<InProcess>(pipeline_, *index_, context_);
    evaluator_ = std::make_unique<Evaluator>(
        EvaluatorParts(pipeline_, *index_, context_, components_->space(), *executor_),
        [this](const EvaluationRecord& e) { asked_ += static_cast<int>(e.records.size()); });
  }

  // Depth 2 everywhere; layers 3 and 4 of each unit are inactive and have kernel `inactive`.
  Evaluator::Result Evaluate(int active, int inactive, std::uint64_t attempt = 0) {
    std::string kernels;
    for (int layer = 0; layer < 20; ++layer) {
      kernels += (layer > 0 ? ", " : "") + std::to_string(layer % 4 < 2 ? active : inactive);
    }
    std::string ones = "3";
    for (int layer = 1; layer < 20; ++layer) { ones += ", 3"; }
    auto ticket = evaluator_->Begin(
        {.step = step_++,
         .attempt = attempt,
         .architecture = components_->space().Parse("{\"ks\": [" + kernels + "], \"e\": [" + ones +
                                                    "], \"d\": [2, 2, 2, 2, 2]}")});
    return evaluator_->Finish(ticket);
  }

  const TemporaryDirectory directory_;
  std::unique_ptr<PluginIndex> index_;
  Pipeline pipeline_;
  int asked_ = 0;  // by the oracle picky
  const RunContext context_{1, nullptr, {}, {}};
  std::unique_ptr<Components> components_;
  std::unique_ptr<InProcess> executor_;
  std::unique_ptr<Evaluator> evaluator_;
  std::uint64_t step_ = 0;
};

const char kBoth[] = "[[oracle]]\nuse = \"ofa.predictor\"\n[[oracle]]\nuse = \"analytic\"\n";

TEST_F(EvaluatorTest, TheSameNetworkIsOneQueryNextToAFreeOracle) {
  Make(kBoth);
  const Evaluator::Result first = Evaluate(5, 3);
  EXPECT_FALSE(first.reused);
  const std::vector<double> metrics(first.metrics.begin(), first.metrics.end());
  const Evaluator::Result same = Evaluate(5, 7);
  EXPECT_TRUE(same.reused);
  EXPECT_NE(same.id, first.id);
  EXPECT_EQ(std::vector<double>(same.metrics.begin(), same.metrics.end()), metrics);
  EXPECT_EQ(evaluator_->unique_queries(), 1u);
  EXPECT_FALSE(Evaluate(7, 7).reused);
  EXPECT_EQ(evaluator_->unique_queries(), 2u);
}

TEST_F(EvaluatorTest, AFreeOracleAloneCountsInTheBudget) {
  Make("[[oracle]]\nuse = \"analytic\"\n");
  Evaluate(5, 3);
  // The oracle does not declare that its metrics depend only on the network.
  EXPECT_FALSE(Evaluate(5, 7).reused);
  EXPECT_TRUE(Evaluate(5, 3).reused);
  EXPECT_EQ(evaluator_->unique_queries(), 2u);
}

// 121 278 672 multiply-adds with kernels of 3, more with 5.
TEST_F(EvaluatorTest, AnArchitectureThatBreaksALimitIsNotAQueryAndNotRemembered) {
  Make(kBoth, "[{metric = \"macs\", max = 121278672}]");
  EXPECT_FALSE(Evaluate(3, 3).rejected);
  for (int i = 0; i < 2; ++i) {
    const Evaluator::Result rejected = Evaluate(5, 3);
    EXPECT_TRUE(rejected.rejected);
    EXPECT_TRUE(rejected.metrics.empty());
    EXPECT_TRUE(rejected.failure.empty());
  }
  EXPECT_FALSE(Evaluate(3, 5).rejected);
  EXPECT_EQ(evaluator_->unique_queries(), 1u);
}

// A limit on a metric that is not free is known only after asking, which happens once for each
// network.
TEST_F(EvaluatorTest, ALimitOnAMetricThatIsNotFreeIsAskedOnceForEachNetwork) {
  Make("[[oracle]]\nuse = \"picky\"\nmost = 1e9\n[[oracle]]\nuse = \"analytic\"\n",
       "[{metric = \"score\", min = 1e9}]");
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(Evaluate(3, 3).rejected);
    EXPECT_TRUE(Evaluate(3, 5).rejected);
    EXPECT_TRUE(Evaluate(5, 3).rejected);
  }
  EXPECT_EQ(asked_, 2);
  EXPECT_EQ(evaluator_->unique_queries(), 2u);
}

// Each attempt of a step is a new evaluation.
TEST_F(EvaluatorTest, ANoisyOracleIsAskedAgainForEachAttempt) {
  Make("[[oracle]]\nuse = \"nan_oracle\"\nnoisy = true\nnan_every = 0\nfail_every = 0\n", "[]",
       "checksum");
  const double first = Evaluate(3, 3).metrics[0];
  --step_;
  const double second = Evaluate(3, 3, 1).metrics[0];
  --step_;
  EXPECT_NE(first, second);
  EXPECT_EQ(Evaluate(3, 3).metrics[0], first);
  EXPECT_EQ(evaluator_->unique_queries(), 1u);
}

TEST_F(EvaluatorTest, ANoisyRejectionIsNotRemembered) {
  Make("[[oracle]]\nuse = \"nan_oracle\"\nnoisy = true\nnan_every = 0\nfail_every = 0\n", "[]",
       "checksum");
  const double value = Evaluate(3, 3).metrics[0];
  Make("[[oracle]]\nuse = \"nan_oracle\"\nnoisy = true\nnan_every = 0\nfail_every = 0\n",
       "[{metric = \"checksum\", max = " + std::to_string(std::floor(value) + 0.5) + "}]",
       "checksum");
  int rejected = 0;
  for (std::uint64_t attempt = 0; attempt < 100; ++attempt) {
    rejected += Evaluate(3, 3, attempt).rejected ? 1 : 0;
  }
  EXPECT_GT(rejected, 20);
  EXPECT_LT(rejected, 80);
  EXPECT_EQ(evaluator_->unique_queries(), 1u);
}

}  // namespace
}  // namespace lode::core

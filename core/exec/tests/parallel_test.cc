// Several evaluations at once, in processes, threads and batches: the trials are the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "core/config/document.h"
#include "core/config/resolve.h"
#include "core/exec/make_executor.h"
#include "core/plugin/error.h"
#include "core/plugin/index.h"
#include "core/plugin/log.h"
#include "core/search/run.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using testing::AllOf;
using testing::Each;
using testing::Ge;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

namespace fs = std::filesystem;

const fs::path kBuild = LODE_BINARY_DIR;
const std::vector<fs::path> kPlugins = {kBuild / "tests/plugins/parallel_oracles.lode.so",
                                        kBuild / "lib/lode/plugins/nb201.lode.so",
                                        kBuild / "lib/lode/plugins/rea.lode.so"};

// Writes down all that observers see, except what depends on time: evaluations by ID, then trials.
class Story : public TrialObserver {
 public:
  void OnEvaluation(const EvaluationRecord& e) override {
    std::ostringstream line;
    line << std::hexfloat << e.step << ' ' << e.architecture << ' ' << e.failure << ' '
         << (e.rejected ? "rejected " : "") << e.cost_seconds << ' ';
    std::ranges::copy(e.metrics, std::ostream_iterator<double>(line, " "));
    for (const auto& [name, value] : e.records) { line << name << '=' << value << ' '; }
    evaluations_[e.id] = line.str();
    timings_.push_back(e.timing);
  }
  void OnTrial(const TrialRecord& t) override {
    trials_ << std::hexfloat << t.step << ' ' << t.evaluation << ' ' << t.architecture << ' '
            << t.reward << ' ' << t.violation << ' ' << t.failure << '\n';
  }

  std::string Text() const {
    std::ostringstream text;
    for (const auto& [id, line] : evaluations_) { text << id << ' ' << line << '\n'; }
    return text.str() + trials_.str();
  }
  const std::vector<Timing>& timings() const { return timings_; }

 private:
  std::map<std::uint64_t, std::string> evaluations_;
  std::ostringstream trials_;
  std::vector<Timing> timings_;
};

class ParallelTest : public testing::Test {
 protected:
  // `oracle` is the value of the key `oracle`.
  Pipeline MakePipeline(const std::string& oracle, const std::string& execution,
                        const std::string& reward = "", const std::string& tables = "") const {
    const std::string text =
        "oracle = " + oracle + "\n[pipeline]\nname = \"p\"\n[space]\nuse = \"nb201\"\n" +
        "[reward]\nmetric = \"score\"\n" + reward +
        "\n[optimizer]\nuse = \"rea\"\npopulation = 8\nsample = 3\n[execution]\n" + execution +
        "\nmax_failures = 1000\n" + (tables.empty() ? "[budget]\nsteps = 60\n" : tables);
    return Resolve(Document::FromText(text, "test"), index_).at(0).pipeline;
  }

  std::unique_ptr<Executor> Make(const Pipeline& pipeline) const {
    WorkerProgram program = ThisProgram(kPlugins);
    program.file = (kBuild / "bin/lode").string();
    return MakeExecutor(pipeline, index_, context_, program);
  }

  Story Search(const Pipeline& pipeline) const {
    Story story;
    core::Run run(pipeline, 1, index_, cancelled_, Make(pipeline));
    const RunResult result = run.Execute({&story});
    EXPECT_EQ(result.ending, Ending::kBudget) << result.reason;
    return story;
  }

  // Expects the same with processes, threads and batches, and returns it. `oracles` has OF in place
  // of the names of components, and so has the result.
  std::string ExpectSame(const std::string& oracles, const std::string& reward = "",
                         const std::string& tables = "") const {
    const auto story = [&](const std::string& component, const char* execution) {
      const std::string own = Replaced(oracles, "OF", component);
      const Story told = Search(MakePipeline(own, execution, reward, tables));
      return Replaced(told.Text(), "'" + component + "'", "OF");
    };
    const std::string expected = story("alone", "workers = 4");
    EXPECT_EQ(story("concurrent", "workers = 4"), expected);
    EXPECT_EQ(story("concurrent", "workers = 4\nisolate = true"), expected);
    EXPECT_EQ(story("batched", "workers = 4"), expected);
    return expected;
  }

  static std::string Replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
      text.replace(at, from.size(), to);
    }
    return text;
  }

  std::string Calls() const {
    std::stringstream text;
    text << std::ifstream(calls_).rdbuf();
    return text.str();
  }

  static Query QueryOf(std::uint64_t id) {
    Query query;
    query.id = id;
    query.architecture.resize(30);
    query.architecture[id % 30] = 1;
    return query;
  }

  const TemporaryDirectory directory_;
  const std::string calls_ = (directory_.path() / "calls").string();
  const PluginIndex index_{SearchPath{kPlugins, {}}, directory_.path() / "index.json"};
  std::atomic<bool> cancelled_ = false;
  const RunContext context_{1, &cancelled_, {}, {}};
};

TEST_F(ParallelTest, TrialsAreTheSame) {
  EXPECT_THAT(ExpectSame("[{use = \"OF\"}]"), HasSubstr("\n59 "));
}

TEST_F(ParallelTest, FailuresAndRecordsAreTheSame) {
  EXPECT_THAT(ExpectSame("[{use = \"OF\", fails_every = 3, records = true}]"),
              AllOf(HasSubstr("oracle OF: checksum "), HasSubstr("checksum=0x")));
}

TEST_F(ParallelTest, LimitsOfSeveralOraclesAreTheSame) {
  EXPECT_THAT(ExpectSame("[{use = \"OF\", fails_every = 7}, {use = \"OF\", prefix = \"b_\"}]",
                         "limits = [{metric = \"b_size\", max = 96}]"),
              AllOf(HasSubstr("oracle OF: checksum "), HasSubstr("  rejected 0x")));
}

TEST_F(ParallelTest, NoisyMeasurementsAndTheirRepeatsAreTheSame) {
  ExpectSame("[{use = \"OF\", noisy = true}]", "",
             "[budget]\nunique_queries = 60\n[confirm]\nrepeats = 4\ncandidates = 3\n");
}

TEST_F(ParallelTest, OneWorkerAsksOneByOne) {
  const auto story = [&](const char* oracle) {
    return Search(MakePipeline(oracle, "workers = 1")).Text();
  };
  const std::string expected = story("{use = \"alone\"}");
  EXPECT_EQ(story("{use = \"concurrent\"}"), expected);
  EXPECT_EQ(story("{use = \"batched\"}"), expected);
}

TEST_F(ParallelTest, OraclesThatCannotAreInProcesses) {
  const auto isolates = [&](const char* oracles) {
    return MakePipeline(oracles, "workers = 2").execution.isolates_oracles();
  };
  EXPECT_FALSE(isolates("{use = \"concurrent\"}"));
  EXPECT_FALSE(isolates("{use = \"batched\"}"));
  EXPECT_TRUE(isolates("{use = \"alone\"}"));
  EXPECT_TRUE(isolates("[{use = \"concurrent\"}, {use = \"alone\", prefix = \"b\"}]"));
  EXPECT_TRUE(isolates("[{use = \"concurrent\"}, {use = \"batched\", prefix = \"b\"}]"));
}

TEST_F(ParallelTest, ThreadsEvaluateAtTheSameTime) {
  const auto executor = Make(MakePipeline("{use = \"concurrent\", meet = 4}", "workers = 4"));
  ASSERT_EQ(executor->capacity(), 4u);
  std::vector<std::uint64_t> told;
  executor->Listen([&](const Query& query, const Evaluation&) { told.push_back(query.id); });
  for (std::uint64_t id = 1; id <= 4; ++id) { executor->Start(QueryOf(id)); }
  std::vector<std::uint64_t> finished;
  std::set<std::uint32_t> workers;
  for (int i = 0; i < 4; ++i) {
    finished.push_back(executor->Next());
    const Evaluation evaluation = executor->Finish(finished.back());
    EXPECT_EQ(evaluation.outcome, Outcome::kMeasured) << evaluation.failure;
    EXPECT_EQ(evaluation.metrics[1], static_cast<double>(finished.back() + 1));
    EXPECT_GT(evaluation.timing.start, 0);
    EXPECT_THAT(evaluation.timing.host, Not(IsEmpty()));
    workers.insert(evaluation.timing.worker);
  }
  EXPECT_THAT(workers, UnorderedElementsAre(0, 1, 2, 3));
  EXPECT_EQ(finished, told);  // those that were answered first come first
}

// A record belongs to no single query of a batch.
TEST_F(ParallelTest, WhatWaitsIsOneBatchUnlessTheOracleRecords) {
  Search(MakePipeline("{use = \"batched\", calls = \"" + calls_ + "\"}", "workers = 4"));
  EXPECT_EQ(Calls().substr(0, 4), "4\n4\n");
  fs::remove(calls_);
  Search(MakePipeline("{use = \"batched\", records = true, calls = \"" + calls_ + "\"}",
                      "workers = 4"));
  EXPECT_EQ(Calls().find('4'), 0u);
  EXPECT_EQ(Calls().find_first_not_of("1\n", 1), std::string::npos);
}

TEST_F(ParallelTest, ThreadsMayLog) {
  std::vector<std::string> lines;
  SetLogForwarder([&lines](lode_level, std::string_view text) { lines.emplace_back(text); });
  const Story story = Search(MakePipeline("{use = \"concurrent\", records = true}", "workers = 4"));
  SetLogForwarder(nullptr);
  EXPECT_THAT(lines, SizeIs(story.timings().size()));
  EXPECT_THAT(lines, Each(testing::StartsWith("oracle 'concurrent': checksum ")));
}

TEST_F(ParallelTest, CancellationEndsTheWaitingAndTheThreads) {
  const auto executor = Make(MakePipeline("{use = \"concurrent\", waits = true}", "workers = 2"));
  executor->Start(QueryOf(1));
  executor->Start(QueryOf(2));
  std::thread user([this] { cancelled_ = true; });
  EXPECT_THROW(executor->Next(), CancelledError);
  user.join();
}

// As when the budget is spent while further evaluations are under way.
TEST_F(ParallelTest, EvaluationsThatNobodyNeedsAreCancelled) {
  auto executor = Make(MakePipeline("{use = \"concurrent\", waits = true}", "workers = 2"));
  for (std::uint64_t id = 1; id <= 4; ++id) { executor->Start(QueryOf(id)); }
  executor.reset();
}

}  // namespace
}  // namespace lode::core

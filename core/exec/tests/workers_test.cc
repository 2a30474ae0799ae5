// Queries to separate processes that fail in every way: each fault costs only its query, and
// nothing is left behind.
#include "core/exec/workers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <map>
#include <memory>
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
#include "tests/processes.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::Ge;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using testing::StartsWith;
using testing::ThrowsMessage;

namespace fs = std::filesystem;

const fs::path kBuild = LODE_BINARY_DIR;

// The checksum of query n is n, up to 30: the oracle fails for multiples of 3.
constexpr std::uint64_t kFaulty = 3;

Query QueryOf(std::uint64_t id) {
  Query query;
  query.id = id;
  query.architecture.resize(30);
  query.architecture[(id - 1) % 30] = 1;
  return query;
}

class WorkersTest : public testing::Test {
 protected:
  ~WorkersTest() override {
    workers_.reset();
    EXPECT_TRUE(WaitUntil([&] { return LivingOf(notes_).empty(); }));
    EXPECT_THAT(OwnChildren(), IsEmpty());
    EXPECT_EQ(OpenDescriptors(getpid()), descriptors_);
  }

  // `settings` of the oracle in TOML.
  Pipeline MakePipeline(const std::string& settings) {
    const std::string text =
        "[pipeline]\nname = \"w\"\n[space]\nuse = \"nb201\"\n[oracle]\nuse = \"faulty_oracle\"\n"
        "notes = \"" +
        notes_.string() + "\"\n" + settings +
        "\n[reward]\nmetric = \"checksum\"\n[optimizer]\nuse = \"random\"\n[budget]\nsteps = 1\n";
    return Resolve(Document::FromText(text, "test"), index_).at(0).pipeline;
  }

  std::unique_ptr<Workers> MakeWorkers(std::size_t count, const std::string& settings,
                                       Workers::Limits limits = {}) {
    WorkerProgram program = ThisProgram({plugin_});
    program.file = (kBuild / "bin/lode").string();
    const core::Setup setup{FormatPipeline(MakePipeline(settings), index_), 1, LogLevel(), 0, 0};
    return std::make_unique<Workers>(count, limits, setup, program, context_);
  }

  void Make(std::size_t count, const std::string& settings, Workers::Limits limits = {}) {
    workers_ = MakeWorkers(count, settings, limits);
    workers_->Listen([this](const Query& q, const Evaluation&) { ++told_[q.id]; });
  }

  // Asks queries from `first` on, as many at once as there are workers, and finishes in order.
  std::vector<Evaluation> Ask(std::uint64_t count, std::uint64_t first = 1) {
    std::vector<Evaluation> evaluations;
    std::uint64_t asked = first;
    for (std::uint64_t id = first; id < first + count; ++id) {
      while (asked < first + count && asked < id + workers_->capacity()) {
        workers_->Start(QueryOf(asked++));
      }
      evaluations.push_back(workers_->Finish(id));
    }
    return evaluations;
  }

  // Expects that of nine queries three fail with such a reason, and six are answered.
  void ExpectCost(const testing::Matcher<std::string>& reason) {
    const auto evaluations = Ask(9);
    for (std::uint64_t id = 1; id <= 9; ++id) {
      const Evaluation& m = evaluations[id - 1];
      if (id % kFaulty == 0) {
        EXPECT_EQ(m.outcome, Outcome::kFailed) << id;
        EXPECT_THAT(m.failure, reason) << id;
        EXPECT_EQ(m.failure.find('\n'), std::string::npos) << id;
      } else {
        EXPECT_EQ(m.outcome, Outcome::kMeasured) << id << ": " << m.failure;
        EXPECT_EQ(m.metrics, std::vector<double>{static_cast<double>(id)});
      }
      EXPECT_EQ(told_[id], 1) << id;
      EXPECT_GT(m.timing.start, 0) << id;
      EXPECT_GE(m.timing.seconds, 0) << id;
      EXPECT_LT(m.timing.worker, workers_->capacity()) << id;
      EXPECT_FALSE(m.timing.host.empty()) << id;
    }
  }

  const TemporaryDirectory directory_;
  const fs::path notes_ = directory_.path() / "notes";
  const fs::path plugin_ = kBuild / "tests/plugins/faulty_oracle.lode.so";
  const PluginIndex index_{SearchPath{{plugin_}, {kBuild / "lib/lode/plugins"}},
                           directory_.path() / "index.json"};
  std::atomic<bool> cancelled_ = false;
  const RunContext context_{1, &cancelled_, {}, {}};
  std::unique_ptr<Workers> workers_;
  std::map<std::uint64_t, int> told_;
  const std::size_t descriptors_ = OpenDescriptors(getpid());
};

TEST_F(WorkersTest, AnswersAreTheOracles) {
  Make(2, "");
  EXPECT_EQ(workers_->capacity(), 2u);
  ASSERT_EQ(workers_->metrics().size(), 1u);
  EXPECT_EQ(workers_->metrics()[0][0].name, "checksum");
  const auto evaluations = Ask(9);
  for (std::uint64_t id = 1; id <= 9; ++id) {
    EXPECT_EQ(evaluations[id - 1].metrics, std::vector<double>{static_cast<double>(id)});
    EXPECT_EQ(told_[id], 1) << id;
  }
}

struct Fault {
  const char* name;
  const char* reason;  // the beginning of the reason
};

TEST_F(WorkersTest, EndingTheProcessCostsItsQuery) {
  for (const Fault& fault : {
           Fault{"crash",
                 "oracle process: killed by signal 11 (Segmentation fault); last output: the last "
                 "words"},
           Fault{"abort", "oracle process: killed by signal 6 (Aborted)"},
           Fault{"exit", "oracle process: exited with status "},
       }) {
    Make(2, "fault = \"" + std::string(fault.name) + "\"");
    ExpectCost(StartsWith(fault.reason));
    told_.clear();
  }
}

TEST_F(WorkersTest, OneWorkerIsReplacedToo) {
  Make(1, "fault = \"crash\"");
  ExpectCost(StartsWith("oracle process: killed by signal 11"));
}

TEST_F(WorkersTest, AHangCostsItsQuery) {
  Make(2, "fault = \"hang\"", {.timeout_seconds = 2});
  ExpectCost(StartsWith("oracle process: took longer than the timeout of 2 s"));
}

TEST_F(WorkersTest, ALeakCostsItsQuery) {
  if (!kMemoryIsOurs) { GTEST_SKIP() << "the sanitizer's own memory would be measured, too"; }
  Make(2, "fault = \"leak\"", {.memory_limit = 400});
  ExpectCost(StartsWith("oracle process: took more memory than the limit of 400 MiB"));
}

TEST_F(WorkersTest, AnAbusedChannelCostsItsQuery) {
  Make(2, "fault = \"rubbish\"");
  ExpectCost(AllOf(StartsWith("oracle process: a message is broken: ")));
  told_.clear();
  Make(2, "fault = \"close\"");
  ExpectCost(StartsWith("oracle process: "));
}

TEST_F(WorkersTest, PrintingDoesNoHarm) {
  for (const char* fault : {"print", "talk"}) {
    Make(2, std::string("fault = \"") + fault + "\"");
    for (const Evaluation& m : Ask(9)) { EXPECT_EQ(m.outcome, Outcome::kMeasured) << m.failure; }
  }
}

TEST_F(WorkersTest, PrintedTextIsInTheDebugLog) {
  std::vector<std::string> lines;
  SetLogForwarder([&lines](lode_level, std::string_view text) { lines.emplace_back(text); });
  SetLogLevel(LODE_DEBUG);
  Make(1, "fault = \"talk\"");
  Ask(3);
  workers_.reset();
  SetLogLevel(LODE_INFO);
  SetLogForwarder(nullptr);
  EXPECT_EQ(std::ranges::count_if(
                lines, [](const std::string& line) { return line.find(": line ") < line.size(); }),
            20000);
  EXPECT_THAT(lines, Contains(HasSubstr(": line 19999 of what nobody reads in time")));
}

TEST_F(WorkersTest, NaNAndMissingReasonsAreFailuresOfTheOracle) {
  Make(2, "fault = \"nan\"");
  ExpectCost(testing::StrEq("metric 'checksum' is not a number"));
  told_.clear();
  Make(2, "fault = \"nothing\"");
  ExpectCost(HasSubstr("oracle 'faulty_oracle': "));
}

// Children of a crashed worker, in its session and in their own, and a copy of it that holds its
// end of the channel.
TEST_F(WorkersTest, ProcessesStartedByAWorkerEndWithIt) {
  for (const char* fault : {"child", "daemon", "fork"}) {
    Make(1, std::string("fault = \"") + fault + "\"");
    const auto evaluations = Ask(3);
    EXPECT_THAT(evaluations[2].failure, HasSubstr("killed by signal 11")) << fault;
    EXPECT_TRUE(WaitUntil([&] { return LivingOf(notes_).empty(); })) << fault;
    EXPECT_EQ(Ask(1, 4)[0].outcome, Outcome::kMeasured);
  }
}

TEST_F(WorkersTest, OraclesThatCannotBeCreatedAreRefusedWithTheReason) {
  EXPECT_THAT([&] { Make(2, "create = \"throws\""); },
              ThrowsMessage<HostError>("oracle 'faulty_oracle': thrown from create"));
  EXPECT_THAT([&] { Make(2, "create = \"crashes\""); },
              ThrowsMessage<HostError>("oracle process: killed by signal 11 (Segmentation fault); "
                                       "last output: about to crash"));
}

TEST_F(WorkersTest, AReplacementThatCannotStartCostsItsQuery) {
  Make(1, "create = \"once\"\nfault = \"crash\"");
  const auto evaluations = Ask(4);
  EXPECT_EQ(evaluations[1].outcome, Outcome::kMeasured);
  EXPECT_THAT(evaluations[2].failure, HasSubstr("killed by signal 11"));
  EXPECT_THAT(evaluations[3].failure, HasSubstr("thrown from create"));
}

TEST_F(WorkersTest, AWorkerKilledWhileItWaitsCostsNothing) {
  Make(1, "");
  Ask(1);
  const pid_t worker = LivingOf(notes_).at(0);
  kill(worker, SIGKILL);
  ASSERT_TRUE(WaitUntil([&] { return !Lives(worker); }));
  EXPECT_EQ(Ask(1, 2)[0].outcome, Outcome::kMeasured);
}

// Nobody can tell it from a worker that was killed before the query was sent.
TEST_F(WorkersTest, AWorkerKilledBeforeItBeginsCostsNothing) {
  Make(1, "");
  Ask(1);
  const pid_t worker = LivingOf(notes_).at(0);
  kill(worker, SIGSTOP);
  workers_->Start(QueryOf(3));
  kill(worker, SIGKILL);
  EXPECT_EQ(workers_->Finish(3).outcome, Outcome::kMeasured);
}

TEST_F(WorkersTest, AWorkerKilledAtWorkCostsItsQuery) {
  for (const int signal : {SIGKILL, SIGTERM}) {
    Make(1, "fault = \"sleep\"");
    std::thread killer([&, signal] {
      ASSERT_TRUE(WaitUntil([&] { return LivingOf(notes_).size() == 2; }));  // it is working
      kill(LivingOf(notes_).at(0), signal);
    });
    const auto evaluations = Ask(1, 3);
    killer.join();
    EXPECT_THAT(evaluations[0].failure,
                HasSubstr(signal == SIGKILL ? "killed by signal 9 (Killed)" : "was told to end"));
    EXPECT_EQ(Ask(1, 4)[0].outcome, Outcome::kMeasured);
    workers_.reset();
  }
}

TEST_F(WorkersTest, CancellationEndsTheWaiting) {
  for (const char* fault : {"sleep", "hang"}) {
    cancelled_ = false;
    Make(2, std::string("fault = \"") + fault + "\"");
    std::thread user([this] {
      ASSERT_TRUE(WaitUntil([&] { return LivingOf(notes_).size() == 4; }));  // both are working
      cancelled_ = true;
    });
    workers_->Start(QueryOf(3));
    workers_->Start(QueryOf(6));
    EXPECT_THROW(workers_->Finish(3), CancelledError);
    user.join();
    workers_.reset();
    EXPECT_TRUE(WaitUntil([&] { return LivingOf(notes_).empty(); }));
  }
}

// Also a trial that had to wait for the end of another evaluation.
TEST_F(WorkersTest, ATrialTakesAtLeastItsEvaluation) {
  struct Times : TrialObserver {
    void OnTrial(const TrialRecord& trial) override { list.push_back(trial.took); }
    std::vector<std::chrono::nanoseconds> list{};
  } times;
  Pipeline pipeline = MakePipeline("delay_ms = 30");
  pipeline.budget.steps = 12;
  core::Run run(pipeline, 1, index_, cancelled_, MakeWorkers(4, "delay_ms = 30"));
  run.Execute({&times});
  EXPECT_THAT(times.list, SizeIs(12));
  EXPECT_THAT(times.list, Each(Ge(std::chrono::milliseconds(30))));
}

// As in several runs at once.
TEST_F(WorkersTest, WorkersOfSeveralThreadsDoNotInterfere) {
  std::vector<std::thread> runs;
  std::atomic<int> measured = 0;
  for (int run = 0; run < 3; ++run) {
    runs.emplace_back([&] {
      const auto workers = MakeWorkers(2, "fault = \"crash\"");
      for (std::uint64_t id = 1; id <= 9; ++id) {
        workers->Start(QueryOf(id));
        measured += workers->Finish(id).outcome == Outcome::kMeasured ? 1 : 0;
      }
    });
  }
  for (std::thread& run : runs) { run.join(); }
  EXPECT_EQ(measured, 18);
}

}  // namespace
}  // namespace lode::core

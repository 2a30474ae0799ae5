#include "core/store/run_store.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/plugin/error.h"
#include "core/store/store_check.h"
#include "core/store/stored_run.h"
#include "tests/processes.h"
#include "tests/run_database.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

const std::vector<MetricDeclaration> kMetrics = {
    {"valid_accuracy", "percent", "Accuracy.", LODE_MAXIMIZE, LODE_SPLIT_VALIDATION, "cifar10", 200,
     false},
    {"order", "count", "A name that SQL has other plans for.", LODE_MINIMIZE, LODE_SPLIT_NONE, "",
     0, false}};

const std::vector<double> kGood = {71.5, 3};
const std::vector<float> kAction = {0.25f, -1.5f};

TrialRecord Success(std::uint64_t step, std::uint64_t evaluation, bool reused, double reward) {
  return {step, evaluation, false, reused, kAction, "arch", kGood, reward, 0, ""};
}

TrialRecord Failure(std::uint64_t step, std::uint64_t evaluation, bool random, const char* what,
                    const char* failure) {
  const double nan = std::nan("");
  return {step, evaluation, random, false, {}, what, {}, nan, nan, failure};
}

// A trial with its evaluation, as a run reports them.
void Add(RunStore& store, const TrialRecord& trial, double cost_seconds = 0) {
  if (!trial.reused) {
    store.OnEvaluation({trial.evaluation,
                        trial.step,
                        trial.architecture,
                        trial.metrics,
                        trial.failure,
                        false,
                        cost_seconds,
                        {}});
  }
  store.OnTrial(trial);
}

TEST(RunStore, KeepsEveryFieldOfATrial) {
  const TemporaryDirectory dir;
  {
    RunStore store(dir.path(), RunStore::Mode::kNew, kMetrics);
    store.SetMeta("seed", "5");
    Add(store, Success(0, 1, false, 2.5), 12.5);
    Add(store, Success(1, 1, true, 2.5));
    Add(store, Failure(2, 2, true, "bad", "oracle 'x': no luck"));
    const std::vector<std::pair<std::string, double>> noted = {{"critic_loss", 0.125}};
    store.OnRecords(1, noted);
  }
  EXPECT_EQ(
      Select(dir.path(), "SELECT step, evaluation, random, reused, reward, hex(action) FROM trial"),
      "0|1|0|0|2.5|0000803E0000C0BF\n1|1|0|1|2.5|0000803E0000C0BF\n2|2|1|0|NULL|\n");
  EXPECT_EQ(
      Select(dir.path(),
             "SELECT id, step, architecture, failure, rejected, cost_seconds, valid_accuracy, "
             "\"order\" FROM evaluation"),
      "1|0|arch|NULL|0|12.5|71.5|3.0\n2|2|bad|oracle 'x': no luck|0|0.0|NULL|NULL\n");
  EXPECT_EQ(Select(dir.path(), "SELECT step, evaluation, position, name, value FROM record"),
            "1|0|0|critic_loss|0.125\n");
  EXPECT_EQ(
      Select(dir.path(), "SELECT value FROM meta WHERE key IN ('format', 'seed') ORDER BY key"),
      "4\n5\n");
  EXPECT_EQ(Select(dir.path(), "SELECT name, direction, split, dataset FROM metric"),
            "valid_accuracy|maximize|validation|cifar10\norder|minimize|none|\n");
}

// The optimizer was told, although the step has no trial yet.
TEST(RunStore, RejectionsThatWereTakenStay) {
  const TemporaryDirectory dir;
  StoreShape shape(kMetrics);
  shape.has_order = true;
  {
    RunStore store(dir.path(), RunStore::Mode::kNew, shape);
    const auto reject = [&](std::uint64_t id, std::uint64_t step, double cost) {
      store.OnEvaluation({.id = id,
                          .step = step,
                          .architecture = "wide",
                          .metrics = kGood,
                          .rejected = true,
                          .cost_seconds = cost});
    };
    reject(2, 1, 10);
    store.OnTaken(1);
    reject(3, 1, 100);  // has finished, but nobody has taken it
    store.OnTaken(0);
    Add(store, Success(0, 1, false, 2.5), 1);
    store.DropUntold();
  }
  EXPECT_EQ(Select(dir.path(), "SELECT id, step FROM evaluation ORDER BY id"), "1|0\n2|1\n");
  double seconds = 0;
  StoredRun(dir.path()).ForEachTold([&](const TrialRecord&, const TrialCost& cost) {
    seconds = cost.seconds;
  });
  EXPECT_EQ(seconds, 11);
}

TEST(RunStore, KnownTrialsAreEvaluationsWithoutAStep) {
  const TemporaryDirectory dir;
  StoreShape shape(kMetrics);
  shape.has_known = true;
  const std::vector<double> partial = {80, std::nan("")};
  {
    RunStore store(dir.path(), RunStore::Mode::kNew, shape);
    store.OnEvaluation({.id = kFirstKnownId, .architecture = "arch", .metrics = kGood});
    store.OnEvaluation({.id = kFirstKnownId + 1, .architecture = "part", .metrics = partial});
    store.OnEvaluation(
        {.id = kFirstKnownId + 2, .architecture = "wide", .metrics = kGood, .rejected = true});
    Add(store, Success(0, kFirstKnownId, true, 2.5));
    Add(store, Success(1, kFirstKnownId, true, 2.5));
    store.DropUntold();
  }
  EXPECT_EQ(Select(dir.path(), "SELECT value FROM meta WHERE key IN ('format', 'shape')"),
            "6\nknown\n");
  EXPECT_EQ(Select(dir.path(), "SELECT * FROM known"),
            "arch|71.5|3|0\npart|80.0|NULL|0\nwide|71.5|3|1\n");
  EXPECT_EQ(Select(dir.path(), "SELECT step, architecture FROM best"), "0|arch\n");
  EXPECT_EQ(Select(dir.path(), "SELECT * FROM rejections"), "");
  EXPECT_EQ(Select(dir.path(), "SELECT step, best_reward, cost_seconds FROM curve"),
            "0|2.5|0\n1|2.5|0\n");
  StoredRun stored(dir.path());
  EXPECT_TRUE(stored.shape().has_known);
  EXPECT_EQ(stored.last_evaluation(), 0u);
  const std::vector<KnownTrial> known = stored.Known();
  ASSERT_EQ(known.size(), 3u);
  EXPECT_EQ(known[1].architecture, "part");
  EXPECT_EQ(known[1].metrics[0], 80);
  EXPECT_TRUE(std::isnan(known[1].metrics[1]));
  EXPECT_TRUE(CheckStore(dir.path()).damages.empty());
}

TEST(RunStore, KnownTrialsOfARunWithoutTrialsAreTakenAgain) {
  const TemporaryDirectory dir;
  StoreShape shape(kMetrics);
  shape.has_known = true;
  {
    RunStore store(dir.path(), RunStore::Mode::kNew, shape);
    store.OnEvaluation({.id = kFirstKnownId, .architecture = "old", .metrics = kGood});
  }
  {
    RunStore store(dir.path(), RunStore::Mode::kContinue, shape);
    store.ForgetAfter(0);
    store.OnEvaluation({.id = kFirstKnownId, .architecture = "new", .metrics = kGood});
  }
  EXPECT_EQ(Select(dir.path(), "SELECT architecture FROM known"), "new\n");
}

TEST(RunStore, SlowTrialsReachTheDiskAtOnceAndTheRestSoon) {
  const TemporaryDirectory dir;
  RunStore store(dir.path(), RunStore::Mode::kNew, kMetrics);
  const auto stored = [&] { return Select(dir.path(), "SELECT count(*) FROM trial"); };
  TrialRecord slow = Success(0, 1, false, 1);
  slow.took = std::chrono::milliseconds(10);
  Add(store, slow);
  EXPECT_EQ(stored(), "1\n");
  Add(store, Success(1, 2, false, 1));
  EXPECT_TRUE(WaitUntil([&] { return stored() == "2\n"; }));
}

// A run that is replayed on another machine may compute rewards with other last bits. The rewards
// of one store must be comparable.
TEST(RunStore, AllRewardsComeFromTheLatestMachine) {
  const TemporaryDirectory dir;
  TrialRecord trial = Success(0, 1, false, 3);
  Add(*std::make_unique<RunStore>(dir.path(), RunStore::Mode::kNew, kMetrics), trial);
  trial.reward = std::nextafter(3, 4);
  trial.violation = 0.25;
  Add(*std::make_unique<RunStore>(dir.path(), RunStore::Mode::kContinue, kMetrics), trial);
  EXPECT_EQ(Select(dir.path(), "SELECT reward > 3, violation FROM trial"), "1|0.25\n");
  EXPECT_TRUE(CheckStore(dir.path()).damages.empty());
}

TEST(RunStore, ExistsOnlyAsAWhole) {
  const TemporaryDirectory dir;
  const RunStore store(dir.path(), RunStore::Mode::kNew, kMetrics);
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
    names.push_back(entry.path().filename());
  }
  std::ranges::sort(names);
  EXPECT_EQ(names, (std::vector<std::string>{"run.db", "run.db-shm", "run.db-wal"}));
}

TEST(RunStore, ViewsAnswerTheUsualQuestions) {
  const TemporaryDirectory dir;
  {
    RunStore store(dir.path(), RunStore::Mode::kNew, kMetrics);
    Add(store, Success(0, 1, false, 1));
    Add(store, Success(1, 2, false, 3));
    Add(store, Failure(2, 3, false, "bad", "broken"));
    Add(store, Success(3, 4, false, 2));
    Add(store, Success(4, 2, true, 3));
  }
  EXPECT_EQ(Select(dir.path(), "SELECT step FROM best"), "1\n3\n0\n");
  EXPECT_EQ(Select(dir.path(), "SELECT step, best_reward FROM curve"),
            "0|1.0\n1|3.0\n2|3.0\n3|3.0\n4|3.0\n");
  EXPECT_EQ(Select(dir.path(), "SELECT * FROM failures"), "2|bad|broken\n");
}

TEST(RunStore, BrokenLimitsAreNeverBestAndTheFrontIsAView) {
  const TemporaryDirectory dir;
  {
    RunStore store(dir.path(), RunStore::Mode::kNew, kMetrics);
    Add(store, Success(0, 1, false, 1));
    TrialRecord over = Success(1, 2, false, 9);
    over.violation = 0.25;
    Add(store, over);
    Add(store, Success(2, 3, false, 2));
    store.SetFront({{"arch", 2, 2, kGood}, {"arch", 0, 1, kGood}});
  }
  EXPECT_EQ(Select(dir.path(), "SELECT step FROM best"), "2\n0\n");
  EXPECT_EQ(Select(dir.path(), "SELECT best_reward FROM curve"), "1.0\n1.0\n2.0\n");
  EXPECT_EQ(Select(dir.path(), "SELECT violation FROM trials"), "0.0\n0.25\n0.0\n");
  EXPECT_EQ(Select(dir.path(), "SELECT step, valid_accuracy FROM pareto"), "0|71.5\n2|71.5\n");
}

TEST(RunStore, ARepeatedEvaluationDoesNotChangeTheFirstOne) {
  const TemporaryDirectory dir;
  {
    RunStore store(dir.path(), RunStore::Mode::kNew, kMetrics);
    Add(store, Failure(0, 1, false, "arch", "broken"));
    Add(store, Success(1, 2, false, 1));
  }
  EXPECT_EQ(Select(dir.path(), "SELECT step, failure, valid_accuracy FROM trials"),
            "0|broken|NULL\n1|NULL|71.5\n");
}

TEST(RunStore, RefusesADirectoryThatHoldsARun) {
  const TemporaryDirectory dir;
  { RunStore store(dir.path(), RunStore::Mode::kNew, kMetrics); }
  EXPECT_THROW(RunStore(dir.path(), RunStore::Mode::kNew, kMetrics), HostError);
}

TEST(RunStore, NamesTheFileThatCannotBeCreated) {
  const TemporaryDirectory dir;
  try {
    RunStore store(dir.path() / "missing", RunStore::Mode::kNew, kMetrics);
    FAIL() << "made a store in a directory that is not there";
  } catch (const HostError& e) {
    EXPECT_NE(std::string(e.what()).find("missing/run.db.partial: unable to open database file"),
              std::string::npos)
        << e.what();
  }
}

// A file size limit stands in for a full disk.
TEST(RunStore, AFullDiskIsReportedAndLosesNoCommittedTrial) {
  const TemporaryDirectory dir;
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, SIG_IGN);
  std::uint64_t committed = 0;
  const auto fill = [&] {
    RunStore store(dir.path(), RunStore::Mode::kNew, kMetrics);
    const rlimit small{256 * 1024, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    for (std::uint64_t step = 0; step < 100000; ++step) {
      Add(store, Success(step, step + 1, false, 1));
      if (step % 100 == 0) {
        store.Flush();
        committed = step + 1;
      }
    }
  };
  EXPECT_THROW(fill(), HostError);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, SIG_DFL);
  ASSERT_GT(committed, 0u);
  EXPECT_GE(std::stoull(Select(dir.path(), "SELECT count(*) FROM trial")), committed);
  EXPECT_EQ(Select(dir.path(), "PRAGMA integrity_check"), "ok\n");
}

// Steps 0 to 4; step 2 is told first, step 3 fails, and step 4 is at full fidelity.
class ShapedStoreTest : public testing::Test {
 protected:
  ShapedStoreTest() {
    shape_.has_fidelities = shape_.has_order = true;
    RunStore store(dir_.path(), RunStore::Mode::kNew, shape_);
    Tell(store, 2, 0.25, 5);
    Tell(store, 0, 0.25, 7);
    Tell(store, 4, 1, 3);
    Tell(store, 1, 0.25, 9);
    store.OnTaken(3);
    Add(store, Failure(3, 4, false, "bad", "lost"));
  }

  void Tell(RunStore& store, std::uint64_t step, double fidelity, double reward) {
    store.OnTaken(step);
    store.OnEvaluation(
        {.id = step + 1,
         .step = step,
         .architecture = "arch",
         .metrics = kGood,
         .timing = {.start = 1'500'000'000, .seconds = 0.5, .worker = 1, .host = "h"},
         .fidelity = fidelity});
    store.OnTrial(Success(step, step + 1, false, reward));
  }

  const TemporaryDirectory dir_;
  StoreShape shape_{kMetrics};
};

TEST_F(ShapedStoreTest, HasTheFormatThatOlderProgramsRefuse) {
  EXPECT_EQ(Select(dir_.path(), "SELECT value FROM meta WHERE key IN ('format', 'shape')"),
            "5\nfidelities order\n");
  EXPECT_TRUE(CheckStore(dir_.path()).damages.empty());
}

TEST_F(ShapedStoreTest, ItsViewsFollowTheOrderOfTelling) {
  EXPECT_EQ(Select(dir_.path(), "SELECT step, fidelity, taken FROM trials ORDER BY taken LIMIT 3"),
            "2|0.25|0\n0|0.25|1\n4|1.0|2\n");
  EXPECT_EQ(Select(dir_.path(), "SELECT step FROM best"), "4\n");
  // The best at the highest fidelity up to then.
  EXPECT_EQ(Select(dir_.path(), "SELECT step, best_reward FROM curve"),
            "2|5.0\n0|7.0\n4|3.0\n1|3.0\n3|3.0\n");
}

TEST_F(ShapedStoreTest, TimesAreInATableThatNoChecksumCovers) {
  EXPECT_EQ(Select(dir_.path(),
                   "SELECT evaluation, step, start, seconds, worker, host FROM timing "
                   "LIMIT 1"),
            "1|0|1.5|0.5|1|h\n");
  ASSERT_EQ(std::system(("sqlite3 '" + (dir_.path() / "run.db").string() +
                         "' 'UPDATE timing SET seconds = 9'")
                            .c_str()),
            0);
  EXPECT_TRUE(CheckStore(dir_.path()).damages.empty());
}

TEST_F(ShapedStoreTest, ReadsTheOrderAndTheTrialsBack) {
  StoredRun stored(dir_.path());
  EXPECT_EQ(stored.trials(), 5u);
  EXPECT_EQ(stored.TrialsToLastSuccess(), 4u);
  EXPECT_EQ(stored.Taken(5), (std::vector<std::uint64_t>{2, 0, 4, 1, 3}));
  EXPECT_EQ(stored.Taken(2), (std::vector<std::uint64_t>{2, 0}));
  EXPECT_TRUE(stored.Taken(0).empty());
  EXPECT_EQ(stored.StepsOfFirst(3), (std::unordered_set<std::uint64_t>{0, 2, 4}));
  EXPECT_EQ(stored.Trial(4).fidelity, 1);
  EXPECT_EQ(stored.Trial(2).fidelity, 0.25);
  EXPECT_EQ(stored.Best()->step, 4u);
  EXPECT_EQ(stored.Best()->fidelity, 1);
  EXPECT_EQ(stored.Best(ResultRule::kLast)->step, 4u);  // the only one at the highest fidelity
}

// Step 0 proposes "wide" in vain, is overtaken by step 1, proposes "wide" again, which is no new
// query, and then what step 1 has asked for before, which is none either.
TEST(StoredRun, ATrialHasTheCostsSinceTheOneToldBefore) {
  const TemporaryDirectory dir;
  StoreShape shape(kMetrics);
  shape.has_order = true;
  {
    RunStore store(dir.path(), RunStore::Mode::kNew, shape);
    const auto reject = [&](std::uint64_t id) {
      store.OnTaken(0);
      store.OnEvaluation({.id = id,
                          .step = 0,
                          .architecture = "wide",
                          .metrics = kGood,
                          .rejected = true,
                          .cost_seconds = 5});
    };
    reject(1);
    store.OnTaken(1);
    Add(store, Success(1, 2, false, 7), 10);
    reject(3);
    store.OnTaken(0);
    Add(store, Success(0, 4, false, 9), 10);
  }
  std::vector<std::uint64_t> steps, queries;
  std::vector<double> seconds, evaluations;
  StoredRun(dir.path()).ForEachTold([&](const TrialRecord& trial, const TrialCost& cost) {
    steps.push_back(trial.step);
    queries.push_back(cost.unique_queries);
    seconds.push_back(cost.seconds);
    evaluations.push_back(cost.full_evaluations);
  });
  EXPECT_EQ(steps, (std::vector<std::uint64_t>{1, 0}));
  EXPECT_EQ(queries, (std::vector<std::uint64_t>{2, 0}));
  EXPECT_EQ(seconds, (std::vector<double>{15, 15}));
  EXPECT_EQ(evaluations, (std::vector<double>{2, 0}));
}

TEST_F(ShapedStoreTest, ForgetsTheTrialsThatWereToldLast) {
  { RunStore(dir_.path(), RunStore::Mode::kContinue, shape_).ForgetAfter(3); }
  EXPECT_EQ(Select(dir_.path(), "SELECT step FROM trial"), "0\n2\n4\n");
  EXPECT_EQ(Select(dir_.path(), "SELECT step FROM taken ORDER BY position"), "2\n0\n4\n");
  EXPECT_EQ(Select(dir_.path(), "SELECT step FROM evaluation"), "0\n2\n4\n");
}

TEST_F(ShapedStoreTest, ContinuesOnlyWithTheSameShape) {
  EXPECT_THROW(RunStore(dir_.path(), RunStore::Mode::kContinue, kMetrics), HostError);
}

}  // namespace
}  // namespace lode::core

// Tests core/run without the program: another front end, with two searches in one process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/plugin/error.h"
#include "core/run/planned_searches.h"
#include "core/run/staged_pipeline.h"
#include "tests/processes.h"
#include "tests/run_database.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

namespace fs = std::filesystem;

const fs::path kOracle = fs::path(LODE_BINARY_DIR) / "tests/plugins/faulty_oracle.lode.so";
constexpr std::uint64_t kSteps = 60;

// Records all events.
class Collector : public RunListener {
 public:
  // The events of one run.
  struct Heard {
    int started = 0;
    std::vector<std::uint64_t> steps{};  // of its trials
    std::uint64_t replayed = 0;
    std::vector<Ending> endings{};
    std::vector<std::string> failures{};
  };

  // Called at each trial, in the thread of its run.
  std::function<void(const RunTrial&)> at_trial{};

  void OnStageStarted(const StageStarted& stage) override { run_count_ = stage.run_count; }
  void OnStageFinished(const StageFinished& stage) override {
    completions_.push_back(stage.completion);
    stages_.push_back(std::string(stage.stage) + (stage.is_unchanged ? " unchanged" : ""));
  }
  void OnStarted(const RunStarted& event) override {
    Note(event.run, [](Heard& run) { ++run.started; });
  }
  void OnTrial(const RunTrial& event) override {
    Note(event.run, [&](Heard& run) {
      run.steps.push_back(event.trial.step);
      run.replayed = event.replayed;
    });
    ++trials_;
    if (at_trial) { at_trial(event); }
  }
  void OnFinished(const RunFinished& event) override {
    Note(event.run, [&](Heard& run) { run.endings.push_back(event.result.ending); });
  }
  void OnFailed(const RunFailed& event) override {
    Note(event.run, [&](Heard& run) { run.failures.emplace_back(event.reason); });
  }
  void OnWarning(const RunWarning& warning) override {
    const std::lock_guard lock(mutex_);
    warnings_.push_back(warning.text);
  }
  void OnIdle() override { ++idle_; }

  // The number of trials so far, of all runs. Any thread.
  int trials() const { return trials_; }
  // The runs by title. Call once Execute has returned.
  const std::map<std::string, Heard>& runs() const { return runs_; }
  const std::vector<Completion>& completions() const { return completions_; }
  const std::vector<std::string>& stages() const { return stages_; }
  const std::vector<std::string>& warnings() const { return warnings_; }
  std::size_t run_count() const { return run_count_; }
  int idle() const { return idle_; }

 private:
  template <class Change>
  void Note(const RunInfo& run, const Change& change) {
    const std::lock_guard lock(mutex_);
    change(runs_[run.title]);
  }

  std::mutex mutex_;
  std::map<std::string, Heard> runs_;
  std::vector<Completion> completions_;
  std::vector<std::string> stages_, warnings_;
  std::size_t run_count_ = 0;
  std::atomic<int> idle_ = 0, trials_ = 0;
};

class RunLayerTest : public testing::Test {
 protected:
  RunLayerTest() { setenv("XDG_CACHE_HOME", (directory_.path() / "cache").c_str(), 1); }

  static LoadedPipeline Load(const std::string& text) {
    return LoadPipeline(Document::FromText(text, "test"), "test", {kOracle},
                        AllowedPlugins::kKnown);
  }

  static std::string Oracle(int delay_ms) {
    return "[space]\nuse = \"nb201\"\n[oracle]\nuse = \"faulty_oracle\"\ndelay_ms = " +
           std::to_string(delay_ms) + "\n[reward]\nmetric = \"checksum\"\n";
  }

  // Two seeds of a search whose oracle takes `delay_ms` milliseconds.
  static std::vector<LoadedPipeline> Pipelines(const std::string& optimizer, int delay_ms,
                                               const std::string& more = "") {
    std::vector<LoadedPipeline> pipelines;
    pipelines.push_back(Load("[pipeline]\nname = \"" + optimizer + "\"\nseeds = 2\n" +
                             Oracle(delay_ms) + "[optimizer]\nuse = \"" + optimizer +
                             "\"\n[budget]\nsteps = " + std::to_string(kSteps) + "\n" + more));
    return pipelines;
  }

  PlannedSearches Plan(const std::string& name, std::vector<LoadedPipeline> pipelines,
                       const RunPolicy& policy = {}) const {
    return PlannedSearches::In(directory_.path() / name, std::move(pipelines), policy);
  }

  template <class Work>
  static Completion Execute(Work& work, Collector& listener, CancelToken& cancel) {
    WorkerProgram program = ThisProgram({kOracle});
    program.file = LODE_BINARY_DIR "/bin/lode";
    return work.Execute(
        {.program = program, .listener = listener, .cancel = cancel, .runs_at_once = 2});
  }

  // Executes searches that nobody watches.
  static Completion Complete(PlannedSearches searches) {
    Collector listener;
    CancelToken cancel;
    return Execute(searches, listener, cancel);
  }

  std::string DumpOf(const std::string& name, int seed) const {
    return Dump(directory_.path() / name / ("seed-" + std::to_string(seed)));
  }

  static std::vector<std::uint64_t> AllSteps() {
    std::vector<std::uint64_t> steps(kSteps);
    for (std::uint64_t step = 0; step < kSteps; ++step) { steps[step] = step; }
    return steps;
  }

  const TemporaryDirectory directory_;
};

TEST_F(RunLayerTest, OneOfTwoConcurrentSearchesIsCancelledAndResumed) {
  ASSERT_EQ(Complete(Plan("whole", Pipelines("rea", 0))), Completion::kDone);
  Collector one, other;
  CancelToken cancel_one, cancel_other;
  {
    PlannedSearches random = Plan("random", Pipelines("random", 1));
    PlannedSearches rea = Plan("rea", Pipelines("rea", 1));
    // Neither continues after its first trial before both are under way.
    one.at_trial = [&](const RunTrial&) {
      EXPECT_TRUE(WaitUntil([&] { return other.trials() > 0; }));
    };
    // Waits until OnIdle shows that Execute is waiting.
    other.at_trial = [&](const RunTrial& event) {
      EXPECT_TRUE(WaitUntil([&] { return one.trials() > 0; }));
      if (event.trial.step >= 20) {
        WaitUntil([&] { return other.idle() > 0; });
        cancel_other.Cancel();
      }
    };
    Completion completion = Completion::kFailed;
    std::thread thread([&] { completion = Execute(random, one, cancel_one); });
    EXPECT_EQ(Execute(rea, other, cancel_other), Completion::kCancelled);
    thread.join();
    EXPECT_EQ(completion, Completion::kDone);
    EXPECT_THAT(random.plan().results, SizeIs(1));
  }
  EXPECT_FALSE(cancel_one.is_cancelled());
  EXPECT_EQ(one.run_count(), 2);
  EXPECT_THAT(one.completions(), ElementsAre(Completion::kDone));
  EXPECT_THAT(one.runs(), SizeIs(2));
  for (const auto& [title, run] : one.runs()) {
    EXPECT_EQ(run.started, 1) << title;
    EXPECT_EQ(run.steps, AllSteps()) << title;
    EXPECT_THAT(run.endings, ElementsAre(Ending::kBudget)) << title;
    EXPECT_THAT(run.failures, IsEmpty()) << title;
  }
  EXPECT_THAT(other.completions(), ElementsAre(Completion::kCancelled));
  EXPECT_THAT(other.runs(), SizeIs(2));
  for (const auto& [title, run] : other.runs()) {
    EXPECT_LT(run.steps.size(), kSteps) << title;
    EXPECT_EQ(run.endings.size() + run.failures.size(), 1) << title;
  }

  Collector resumed;
  CancelToken cancel;
  PlannedSearches again = PlannedSearches::Stored(
      directory_.path() / "rea", {.plugins = {kOracle}, .allowed = AllowedPlugins::kKnown}, {});
  EXPECT_EQ(Execute(again, resumed, cancel), Completion::kDone);
  for (const auto& [title, run] : resumed.runs()) {
    EXPECT_EQ(run.steps, AllSteps()) << title;
    EXPECT_EQ(run.replayed, other.runs().at(title).steps.size()) << title;
    EXPECT_THAT(run.endings, ElementsAre(Ending::kBudget)) << title;
  }
  EXPECT_EQ(DumpOf("rea", 0), DumpOf("whole", 0));
  EXPECT_EQ(DumpOf("rea", 1), DumpOf("whole", 1));
}

TEST_F(RunLayerTest, AFatalErrorIsReportedAndThrown) {
  PlannedSearches searches = Plan("a", Pipelines("random", 0, "[execution]\nisolate = true\n"));
  Collector listener;
  CancelToken cancel;
  const RunEnvironment environment{
      .program = {"/nonexistent/lode", {"lode", "worker"}}, .listener = listener, .cancel = cancel};
  EXPECT_THROW(searches.Execute(environment), HostError);
  ASSERT_THAT(listener.runs(), testing::Not(IsEmpty()));
  for (const auto& [title, run] : listener.runs()) {
    EXPECT_THAT(run.endings, IsEmpty()) << title;
    EXPECT_THAT(run.failures, ElementsAre(HasSubstr("process cannot be started"))) << title;
  }
  EXPECT_THAT(listener.completions(), IsEmpty());
}

TEST_F(RunLayerTest, ASearchCancelledBeforeItBeginsLeavesNoTrials) {
  PlannedSearches searches = Plan("a", Pipelines("random", 0));
  Collector listener;
  CancelToken cancel;
  cancel.Cancel();
  EXPECT_EQ(Execute(searches, listener, cancel), Completion::kCancelled);
  EXPECT_THAT(listener.runs(), IsEmpty());
}

TEST_F(RunLayerTest, TheWallTimeOfThePipelineEndsItsSearches) {
  PlannedSearches searches = Plan("a", Pipelines("random", 0, "wall_seconds = 0.1\n"));
  Collector listener;
  CancelToken cancel;
  listener.at_trial = [&](const RunTrial&) { WaitUntil([&] { return cancel.is_cancelled(); }); };
  EXPECT_EQ(Execute(searches, listener, cancel), Completion::kOutOfTime);
  EXPECT_EQ(cancel.reason(), CancelReason::kWallTime);
  for (const RunResult& run : searches.plan().results.at(0).runs) {
    EXPECT_EQ(run.reason, "the wall time is over");
  }
}

TEST_F(RunLayerTest, ARunThatHasEndedIsNotMadeAgain) {
  for (const std::uint64_t trials : {kSteps, std::uint64_t{0}}) {
    PlannedSearches searches = Plan("a", Pipelines("random", 0), {.resume = true});
    Collector listener;
    CancelToken cancel;
    EXPECT_EQ(Execute(searches, listener, cancel), Completion::kDone);
    for (const auto& [title, run] : listener.runs()) {
      EXPECT_THAT(run.steps, SizeIs(trials)) << title;
      EXPECT_THAT(run.endings, ElementsAre(Ending::kBudget)) << title;
    }
  }
}

TEST_F(RunLayerTest, RunsThatHaveEndedAreExtended) {
  for (const std::uint64_t steps : {kSteps, kSteps + 20}) {
    std::vector<LoadedPipeline> pipelines = Pipelines("rea", 0);
    for (Search& search : pipelines.front().stages.list.front().searches) {
      search.pipeline.budget.steps = steps;
    }
    PlannedSearches searches = Plan("a", std::move(pipelines), {.extend = true});
    Collector listener;
    CancelToken cancel;
    EXPECT_EQ(Execute(searches, listener, cancel), Completion::kDone);
    EXPECT_THAT(listener.runs(), SizeIs(2));
    for (const auto& [title, run] : listener.runs()) {
      EXPECT_THAT(run.steps, SizeIs(steps)) << title;
      EXPECT_EQ(run.replayed, steps == kSteps ? 0 : kSteps) << title;
    }
  }
}

TEST_F(RunLayerTest, StagesRunInOrderAndOnlyOnce) {
  const std::string text = "[pipeline]\nname = \"two\"\n" + Oracle(0) +
                           "[optimizer]\nuse = \"random\"\n[budget]\nsteps = 5\n"
                           "[[stage]]\nname = \"first\"\n[[stage]]\nname = \"second\"\n";
  const std::vector<std::vector<std::string>> heard = {{"first", "second"},
                                                       {"first unchanged", "second unchanged"}};
  for (const std::vector<std::string>& stages : heard) {
    StagedPipeline pipeline = StagedPipeline::In(directory_.path() / "two", Load(text), {});
    Collector listener;
    CancelToken cancel;
    EXPECT_EQ(Execute(pipeline, listener, cancel), Completion::kDone);
    EXPECT_EQ(listener.stages(), stages);
    EXPECT_THAT(pipeline.stages(), SizeIs(2));
    for (const StageRun& stage : pipeline.stages()) {
      EXPECT_EQ(stage.plan.results.at(0).runs.at(0).steps, 5);
    }
  }
}

}  // namespace
}  // namespace lode::core

// What event files for TensorBoard have, as another program reads them (read_events.py).
#include "core/run/event_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/plugin/error.h"
#include "tests/program.h"
#include "tests/shell.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;
using testing::Pair;

EventLog::Clock::time_point event_time;

class EventLogTest : public testing::Test {
 protected:
  using Events = std::vector<json>;
  using Curve = std::vector<std::pair<std::uint64_t, double>>;

  static MetricDeclaration Metric(const char* name, bool noisy = false) {
    MetricDeclaration metric;
    metric.name = name;
    metric.unit = "percent";
    metric.noisy = noisy;
    return metric;
  }

  std::unique_ptr<EventLog> Log(EventLog::Facts facts,
                                std::unique_ptr<BestPictures> pictures = nullptr) {
    facts.directory = directory_.path();
    facts.reward_metric = 1;
    return std::make_unique<EventLog>(
        std::move(facts), std::move(pictures),
        [this](const std::string& warning) { warnings_.push_back(warning); },
        [] { return event_time; });
  }
  std::unique_ptr<EventLog> Log(std::uint64_t replayed = 0) {
    return Log(EventLog::Facts{.metrics = metrics_, .replayed = replayed, .pipeline = "[space]"});
  }

  // A trial that takes a second; NaN: it fails.
  static void Tell(EventLog& log, std::uint64_t step, double accuracy,
                   std::uint64_t evaluation = 0) {
    event_time += std::chrono::seconds(1);
    TellAtOnce(log, step, accuracy, evaluation);
  }
  static void TellAtOnce(EventLog& log, std::uint64_t step, double accuracy,
                         std::uint64_t evaluation = 0) {
    const bool failed = std::isnan(accuracy);
    const std::vector<double> metrics{0.5, accuracy};
    TrialRecord trial;
    trial.step = step;
    trial.evaluation = evaluation;
    trial.architecture = "a|b";
    trial.reward = failed ? accuracy : accuracy / 100;
    trial.violation = failed ? accuracy : 0;
    trial.failure = failed ? "no memory" : "";
    if (!failed) { trial.metrics = metrics; }
    log.OnTrial(trial);
  }

  Events Read(const std::string& subdirectory = "") const {
    Events events;
    for (const std::string& line : Lines(OutputOf(
             "/usr/bin/python3 -B " + SourceFile("core/run/tests/read_events.py").string() + " " +
             (directory_.path() / "tensorboard" / subdirectory).string()))) {
      events.push_back(json::parse(line));
    }
    return events;
  }
  static Curve CurveOf(const Events& events, const std::string& name) {
    Curve curve;
    for (const json& event : events) {
      if (event["name"] == name) { curve.emplace_back(event["step"], event["number"]); }
    }
    return curve;
  }
  static std::map<std::string, int> NamesOf(const Events& events) {
    std::map<std::string, int> names;
    for (const json& event : events) { ++names[event["name"]]; }
    return names;
  }

  const TemporaryDirectory directory_;
  std::vector<MetricDeclaration> metrics_{Metric("size"), Metric("accuracy")};
  std::vector<std::string> warnings_;
};

TEST_F(EventLogTest, TrialsAreThereWithTheBestSoFar) {
  const auto log = Log();
  Tell(*log, 0, 50);
  Tell(*log, 1, 75);
  Tell(*log, 2, 25);
  const Events events = Read();
  EXPECT_THAT(CurveOf(events, "trial/accuracy"),
              ElementsAre(Pair(0, 50), Pair(1, 75), Pair(2, 25)));
  EXPECT_THAT(CurveOf(events, "trial/reward"),
              ElementsAre(Pair(0, 0.5), Pair(1, 0.75), Pair(2, 0.25)));
  EXPECT_THAT(CurveOf(events, "best/accuracy"), ElementsAre(Pair(0, 50), Pair(1, 75), Pair(2, 75)));
  EXPECT_THAT(CurveOf(events, "best/reward"),
              ElementsAre(Pair(0, 0.5), Pair(1, 0.75), Pair(2, 0.75)));
  EXPECT_EQ(NamesOf(events)["best/architecture"], 2);
  EXPECT_EQ(events.front()["text"], "```toml\n[space]\n```\n");
  EXPECT_THAT(NamesOf(events), Not(Contains(Key("trial/violation"))));
}

TEST_F(EventLogTest, AFailedTrialHasNoNumbersAndIsCounted) {
  const auto log = Log();
  Tell(*log, 0, 50);
  Tell(*log, 1, std::nan(""));
  Tell(*log, 2, 25);
  const Events events = Read();
  EXPECT_THAT(CurveOf(events, "trial/accuracy"), ElementsAre(Pair(0, 50), Pair(2, 25)));
  EXPECT_THAT(CurveOf(events, "search/failures"), ElementsAre(Pair(0, 0), Pair(1, 1), Pair(2, 1)));
}

// Of a fast search, each new best is written, and a thousand trials per second.
TEST_F(EventLogTest, AFastSearchIsThinned) {
  event_time += std::chrono::seconds(1);
  const auto log = Log();
  constexpr std::uint64_t kAtOnce = 1002;
  for (std::uint64_t step = 0; step < 2000; ++step) {
    TellAtOnce(*log, step, step == 1500 ? 60 : 40);
  }
  log->OnRecords(1999, Records{{"loss", 1}});
  event_time += std::chrono::milliseconds(1);
  TellAtOnce(*log, 2000, 41);
  log->OnRecords(2000, Records{{"loss", 2}});
  TellAtOnce(*log, 2001, 40);
  const Events events = Read();
  Curve expected;
  for (std::uint64_t step = 0; step < kAtOnce; ++step) { expected.emplace_back(step, 40); }
  expected.emplace_back(1500, 60);
  expected.emplace_back(2000, 41);
  EXPECT_EQ(CurveOf(events, "trial/accuracy"), expected);
  EXPECT_THAT(CurveOf(events, "optimizer/loss"), ElementsAre(Pair(2000, 2)));
}

TEST_F(EventLogTest, RecordsBelongToTheirTrial) {
  const auto log = Log();
  const Records second{{"loss", 4}}, first{{"loss", 3}}, rejected{{"loss", 9}};
  log->OnEvaluation({.id = 2, .step = 1, .records = second});
  log->OnEvaluation({.id = 1, .step = 0, .cost_seconds = 5, .records = first});
  log->OnEvaluation({.id = 3, .step = 1, .rejected = true, .records = rejected});
  Tell(*log, 0, 50, 1);
  log->OnRecords(0, Records{{"epsilon", 0.5}});
  event_time += std::chrono::seconds(1);
  log->OnRecords(1, Records{{"epsilon", 0.25}});  // before its trial
  Tell(*log, 1, 50, 2);
  Tell(*log, 2, 50, 1);  // known already
  const Events events = Read();
  EXPECT_THAT(CurveOf(events, "oracle/loss"), ElementsAre(Pair(0, 3), Pair(1, 4)));
  EXPECT_THAT(CurveOf(events, "optimizer/epsilon"), ElementsAre(Pair(0, 0.5), Pair(1, 0.25)));
  EXPECT_THAT(CurveOf(events, "search/cost_seconds"),
              ElementsAre(Pair(0, 5), Pair(1, 5), Pair(2, 5)));
}

TEST_F(EventLogTest, AValueThatIsRecordedRepeatedlyIsACurve) {
  const auto log = Log();
  const Records losses{{"loss", 3}, {"top", 7}, {"loss", 2}, {"loss", 1}};
  log->OnEvaluation({.id = 1, .records = losses});
  Tell(*log, 0, 50);
  Tell(*log, 1, 50, 1);
  const Events events = Read();
  EXPECT_THAT(CurveOf(events, "oracle/loss"), ElementsAre(Pair(1, 1)));
  EXPECT_THAT(CurveOf(events, "oracle/top"), ElementsAre(Pair(1, 7)));
  const Events training = Read("training-1");
  EXPECT_THAT(CurveOf(training, "loss"), ElementsAre(Pair(0, 3), Pair(1, 2), Pair(2, 1)));
  EXPECT_THAT(NamesOf(training), Not(Contains(Key("top"))));
}

// A number that grows, because TensorBoard takes one that does not for a restart.
TEST_F(EventLogTest, TrialsThatAreTakenAsTheyFinishAreNumbered) {
  const auto log = Log();
  Tell(*log, 2, 50);
  Tell(*log, 0, 51);
  log->OnRecords(0, Records{{"loss", 1}});
  Tell(*log, 4, 52);
  EXPECT_THAT(CurveOf(Read(), "trial/accuracy"),
              ElementsAre(Pair(0, 50), Pair(1, 51), Pair(2, 52)));
  EXPECT_THAT(CurveOf(Read(), "optimizer/loss"), ElementsAre(Pair(1, 1)));
}

TEST_F(EventLogTest, AContinuedRunWritesWhatIsNew) {
  const auto killed = Log();
  for (std::uint64_t step = 0; step < 4; ++step) { Tell(*killed, step, 50 + double(step)); }
  const auto resumed = Log(3);  // the last trial was not stored
  for (std::uint64_t step = 0; step < 6; ++step) { Tell(*resumed, step, 50 + double(step)); }
  EXPECT_THAT(
      CurveOf(Read(), "trial/accuracy"),
      ElementsAre(Pair(0, 50), Pair(1, 51), Pair(2, 52), Pair(3, 53), Pair(4, 54), Pair(5, 55)));
}

TEST_F(EventLogTest, ARunThatAddsNothingWritesNothing) {
  const auto log = Log(2);
  Tell(*log, 0, 50);
  Tell(*log, 1, 60);
  log->End({}, false);
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "tensorboard"));
}

TEST_F(EventLogTest, TheBestIsCalledWhatItIs) {
  metrics_[1].noisy = true;
  const auto noisy = Log();
  Tell(*noisy, 0, 50);
  EXPECT_THAT(CurveOf(Read(), "highest_measured/accuracy"), ElementsAre(Pair(0, 50)));
  const auto last = Log(EventLog::Facts{.metrics = metrics_, .result = ResultRule::kLast});
  Tell(*last, 0, 50);
  Tell(*last, 1, 40);
  EXPECT_THAT(CurveOf(Read(), "last/accuracy"), ElementsAre(Pair(0, 50), Pair(1, 40)));
}

TEST_F(EventLogTest, TheEndHasTheResult) {
  const auto log = Log();
  Tell(*log, 0, 50);
  TellAtOnce(*log, 1, 40);
  RunResult result;
  result.best = BestTrial{.architecture = "the|best", .metrics = {0.25, 33}};
  log->End(result, true);
  const Events events = Read();
  EXPECT_THAT(CurveOf(events, "best/accuracy"), ElementsAre(Pair(0, 50), Pair(1, 50)));
  const auto text = std::ranges::find(events, "result/architecture",
                                      [](const json& event) { return event["name"]; });
  ASSERT_NE(text, events.end());
  EXPECT_EQ((*text)["step"], 1);
  EXPECT_EQ((*text)["text"], "```\nthe|best\n```\n\n- size 0.25\n- accuracy 33.00\n");
}

TEST_F(EventLogTest, APictureThatFailsDoesNotFailTheRun) {
  const auto log = Log(EventLog::Facts{.metrics = metrics_},
                       std::make_unique<BestPictures>(
                           [](const std::string&) -> std::string { throw HostError("no ink"); },
                           [](const std::string& svg) { return svg; }));
  Tell(*log, 0, 50);
  Tell(*log, 1, 60);
  log->End({}, false);
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("no ink")));
  EXPECT_THAT(CurveOf(Read(), "trial/accuracy"), ElementsAre(Pair(0, 50), Pair(1, 60)));
}

}  // namespace
}  // namespace lode::core

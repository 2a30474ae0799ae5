#include "toolkit/training/timing.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "tests/failure.h"

namespace lode::training {
namespace {

// A clock that stands still except during passes, the n-th of which takes durations[n] ms, and
// outside turns.
class FakeWork {
 public:
  explicit FakeWork(std::vector<double> durations) : durations_(std::move(durations)) {}

  Timing Time(const TimingConfig& config) {
    const TimingHooks hooks{[this] { Enter(true); }, [this] { Enter(false); }};
    return TimePasses([this] { Pass(); }, config, [this] { return now_; }, hooks);
  }
  std::size_t passes() const { return passes_; }
  // The passes that had been made when each turn began.
  const std::vector<std::size_t>& begun() const { return begun_; }

 private:
  void Enter(bool in_turn) {
    EXPECT_NE(in_turn_, in_turn);
    in_turn_ = in_turn;
    now_ += 1000;
    if (in_turn) { begun_.push_back(passes_); }
  }
  void Pass() {
    EXPECT_TRUE(in_turn_);
    now_ += durations_.at(passes_++);
  }

  std::vector<double> durations_;
  double now_ = 1e6;
  bool in_turn_ = false;
  std::size_t passes_ = 0;
  std::vector<std::size_t> begun_;
};

TimingConfig Plan(std::int64_t warm_up, std::int64_t rounds, std::int64_t passes = 1) {
  TimingConfig config;
  config.warm_up = warm_up;
  config.rounds = rounds;
  config.passes = passes;
  return config;
}

TEST(TimingTest, MedianAndSpreadAreThoseOfTheRounds) {
  FakeWork work({1, 2, 3, 4, 100});
  const Timing timing = work.Time(Plan(0, 5));
  EXPECT_EQ(timing.median, 3);
  EXPECT_EQ(timing.spread, 2);
}

TEST(TimingTest, QuartilesAreInterpolated) {
  const Timing four = Summarize({40, 10, 30, 20});  // quartiles 17.5, 25 and 32.5
  EXPECT_DOUBLE_EQ(four.median, 25);
  EXPECT_DOUBLE_EQ(four.spread, 15);
  const Timing one = Summarize({7});
  EXPECT_EQ(one.median, 7);
  EXPECT_EQ(one.spread, 0);
}

TEST(TimingTest, WarmUpIsNotTimed) {
  FakeWork work({500, 300, 5, 5, 5});
  const Timing timing = work.Time(Plan(2, 3));
  EXPECT_EQ(timing.median, 5);
  EXPECT_EQ(timing.spread, 0);
  EXPECT_EQ(work.passes(), 5U);
}

TEST(TimingTest, ARoundIsTheMeanOfItsPasses) {
  FakeWork work({9, 1, 2, 3, 3, 3, 6, 30, 30, 30});
  const Timing timing = work.Time(Plan(1, 3, 3));  // rounds of 2, 4 and 30 ms
  EXPECT_EQ(timing.median, 4);
  EXPECT_EQ(timing.spread, 14);
}

TEST(TimingTest, EachPassOfTheWarmUpAndEachRoundIsATurn) {
  FakeWork work(std::vector<double>(8, 1));
  work.Time(Plan(2, 2, 3));
  EXPECT_EQ(work.begun(), (std::vector<std::size_t>{0, 1, 2, 5}));
}

TEST(TimingTest, ATurnThatDoesNotBeginEndsTheTiming) {
  std::size_t passes = 0;
  const auto cancel = [&] {
    if (passes == 3) { throw CancelledError(); }
  };
  const auto time = [&] {
    TimePasses([&] { ++passes; }, Plan(1, 100), ElapsedMilliseconds, {cancel, [] {}});
  };
  EXPECT_THROW(time(), CancelledError);
  EXPECT_EQ(passes, 3U);
}

TEST(TimingTest, ClocksNeverGoBack) {
  for (const auto clock : {ElapsedMilliseconds, ProcessorMilliseconds}) {
    const double before = clock();
    EXPECT_GE(clock(), before);
  }
}

TEST(TimingTest, ProcessorTimeIsThatOfOneThread) {
  TimingConfig config;
  config.clock = "processor";
  EXPECT_GT(ClockOf(config)(), 0);
  config.threads = 2;
  EXPECT_EQ(lode::Failure([&] { ClockOf(config); }),
            "clock \"processor\" counts the time of one thread, and threads is 2");
  config.clock = "elapsed";
  EXPECT_GT(ClockOf(config)(), 0);
}

}  // namespace
}  // namespace lode::training

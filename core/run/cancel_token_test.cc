#include "core/run/cancel_token.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "core/run/run_environment.h"
#include "core/run/wall_clock.h"

namespace lode::core {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

TEST(CancelTokenTest, TheFirstReasonStays) {
  CancelToken token;
  EXPECT_FALSE(token.is_cancelled());
  EXPECT_EQ(token.reason(), CancelReason::kNone);
  EXPECT_TRUE(token.Cancel(CancelReason::kWallTime));
  EXPECT_FALSE(token.Cancel(CancelReason::kCaller));
  EXPECT_TRUE(token.is_cancelled());
  EXPECT_TRUE(token.flag());
  EXPECT_EQ(token.reason(), CancelReason::kWallTime);
  EXPECT_EQ(CompletionOf(token), Completion::kOutOfTime);
}

TEST(CancelTokenTest, WhoeverCancelsIsTheCallerUnlessItIsTheClock) {
  CancelToken token;
  token.Cancel();
  EXPECT_EQ(token.reason(), CancelReason::kCaller);
  EXPECT_EQ(CompletionOf(token), Completion::kCancelled);
}

TEST(WallClockTest, CancelsWhenTheTimeIsOver) {
  CancelToken token;
  const WallClock clock(token, steady_clock::now() - milliseconds(900), 0.901);
  while (!token.is_cancelled()) { std::this_thread::sleep_for(milliseconds(1)); }
  EXPECT_EQ(token.reason(), CancelReason::kWallTime);
}

TEST(WallClockTest, DoesNothingWithoutALimitOrOnceItIsGone) {
  CancelToken token;
  { const WallClock none(token, steady_clock::time_point(), 0); }
  { const WallClock long_one(token, steady_clock::now(), 1e12); }
  EXPECT_FALSE(token.is_cancelled());
}

TEST(WallClockTest, LeavesAnEarlierReason) {
  CancelToken token;
  token.Cancel();
  { const WallClock clock(token, steady_clock::now() - milliseconds(10), 0.001); }
  EXPECT_EQ(token.reason(), CancelReason::kCaller);
}

}  // namespace
}  // namespace lode::core

#include "core/report/progress_line.h"

#include <gtest/gtest.h>

#include "core/report/columns.h"

namespace lode::core {
namespace {

ProgressState Some() {
  ProgressState state;
  state.done = "12/60 runs";
  state.fraction = 0.2;
  state.elapsed_seconds = 63.9;
  state.left_seconds = 130.1;
  state.failures = 3;
  state.busy = 2;
  state.workers = 4;
  state.best = "best 73.07";
  state.call = "epoch 3 of 12 25 %";
  state.title = "nb201-train seed 3";
  return state;
}

TEST(ProgressLine, ShowsAsMuchAsFits) {
  EXPECT_EQ(ProgressLine(Some(), 200),
            "[####................]  12/60 runs  1:03  2:11 left  3 failed  2/4 workers busy  best "
            "73.07  epoch 3 of 12 25 %  nb201-train seed 3");
  EXPECT_EQ(ProgressLine(Some(), 44), "12/60 runs  1:03  2:11 left  3 failed");
  EXPECT_EQ(ProgressLine(Some(), 19), "12/60 runs  1:03");
}

TEST(ProgressLine, FitsAnyWidth) {
  ProgressState wide = Some();
  wide.call = "épоque 第三世代 of 12, 812 images/s, loss 1.234, top-1 45.1 %";
  for (std::size_t columns = 0; columns < 210; ++columns) {
    for (const ProgressState& state : {Some(), wide}) {
      EXPECT_LE(ColumnsOf(ProgressLine(state, columns)), columns);
    }
  }
}

TEST(ProgressLine, CutsOnlyTheReport) {
  ProgressState state = Some();
  state.best.clear();
  state.title.clear();
  const std::string facts = "[##........]  12/60 runs  1:03  2:11 left  3 failed  2/4 workers busy";
  EXPECT_EQ(ProgressLine(state, 88), facts + "  epoch 3 of 12 25…");
  EXPECT_EQ(ProgressLine(state, 83), facts + "  epoch 3 of …");
  EXPECT_EQ(ProgressLine(state, 82), facts);
  state.call = "第三世代第三世代";  // a wide character takes two columns
  EXPECT_EQ(ProgressLine(state, 84), facts + "  第三世代第三…");
  EXPECT_EQ(ProgressLine(state, 85), facts + "  第三世代第三…");
}

TEST(ProgressLine, ShowsThePercentageOfUncountedWork) {
  ProgressState state;
  state.fraction = 0.999;
  state.call = "epoch 12 of 12";
  EXPECT_EQ(ProgressLine(state, 30), "99 %  0:00  epoch 12 of 12");
  EXPECT_EQ(ProgressText(state), "after 0:00, epoch 12 of 12");
}

TEST(ProgressLine, IsASentenceInALog) {
  EXPECT_EQ(ProgressText(Some()),
            "12/60 runs after 1:03, 2:11 left, 3 failed, 2/4 workers busy, best 73.07, epoch 3 of "
            "12 25 %, nb201-train seed 3");
}

TEST(ProgressLine, Durations) {
  EXPECT_EQ(FormatDuration(0), "0:00");
  EXPECT_EQ(FormatDuration(59.1), "1:00");
  EXPECT_EQ(FormatDuration(3599), "59:59");
  EXPECT_EQ(FormatDuration(3600), "1:00:00");
  EXPECT_EQ(FormatDuration(366061), "101:41:01");
  EXPECT_EQ(FormatDuration(-1), "0:00");
}

TEST(ProgressLine, TimeLeftFollowsFromTheWorkDone) {
  EXPECT_EQ(SecondsLeft(30, 0, 0.25), 90);
  EXPECT_EQ(SecondsLeft(30, 0.5, 0.75), 30);  // half was done before
  EXPECT_EQ(SecondsLeft(30, 0.5, 0.5), std::nullopt);
  EXPECT_EQ(SecondsLeft(0.1, 0, 0.5), std::nullopt);
  EXPECT_EQ(SecondsLeft(30, 0, 1), 0);
}

}  // namespace
}  // namespace lode::core

#include "core/search/record_collector.h"

#include <gtest/gtest.h>

#include <thread>

namespace lode::core {
namespace {

TEST(RecordCollectorTest, AThreadStartedByAnOracleRecordsForTheOnlyEvaluation) {
  RecordCollector collector;
  collector.Begin();
  collector.Add("loss", 1);
  std::thread([&] { collector.Add("loss", 2); }).join();
  EXPECT_EQ(collector.End(), (Records{{"loss", 1}, {"loss", 2}}));
  collector.Add("late", 3);  // belongs to nothing
  collector.Begin();
  EXPECT_EQ(collector.End(), Records());
}

TEST(RecordCollectorTest, EachThreadRecordsForItsOwnEvaluation) {
  RecordCollector collector;
  collector.Begin();
  collector.Add("loss", 1);
  std::thread([&] {
    collector.Begin();
    collector.Add("loss", 2);
    std::thread([&] { collector.Add("loss", 3); }).join();  // for which of the two?
    EXPECT_EQ(collector.End(), (Records{{"loss", 2}}));
  }).join();
  EXPECT_EQ(collector.End(), (Records{{"loss", 1}}));
}

}  // namespace
}  // namespace lode::core

#include "core/verify/life.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <list>
#include <lode/testing.hpp>
#include <string>
#include <thread>
#include <vector>

#include "core/verify/meanwhile.h"

namespace lode::verify {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using std::chrono::milliseconds;

// A grid that does something wrong.
class FaultySpace : public test::GridSpace {
 public:
  enum class Fault { kNone, kSlowOnce, kKeepsMemory, kSharesRows };
  static inline Fault fault = Fault::kNone;
  static inline std::atomic<int> instances = 0;

  FaultySpace(Host host, const Config& config) : GridSpace(host, config) {
    ++instances;
    latest_rows = rows_;
    if (fault == Fault::kKeepsMemory) { kept.emplace_back(1000, 'x'); }
  }

  void Sample(Random random, std::span<std::uint8_t> out) const {
    if (fault == Fault::kSlowOnce) {
      fault = Fault::kNone;
      std::this_thread::sleep_for(milliseconds(100));
    }
    ChoiceSpace::Sample(random, out);
    if (fault == Fault::kSharesRows && latest_rows != rows_) {
      SetChoices(std::vector<std::size_t>(rows_, 0), out);
    }
  }

 private:
  static inline std::list<std::string> kept;
  static inline std::atomic<std::size_t> latest_rows = 0;
};

class LifeTest : public testing::Test {
 protected:
  using Fault = FaultySpace::Fault;

  explicit LifeTest() { FaultySpace::instances = 0; }
  ~LifeTest() override { FaultySpace::fault = Fault::kNone; }

  // Returns a setting with this number of rows.
  Setting Rows(std::int64_t rows) const {
    Setting setting = DefaultSetting(component_, "");
    setting.values[0].as.i = rows;
    return setting;
  }

  std::vector<Finding> Found(Fault fault) const {
    FaultySpace::fault = fault;
    Findings findings;
    CheckLives({component_, Rows(4)}, findings);
    return findings.list();
  }

  const lode_component& component_ =
      *SpaceComponent<FaultySpace>("faulty", "1.0.0", "A grid with a fault.");
};

TEST_F(LifeTest, EqualLivesHaveEqualResults) {
  const Setting four = Rows(4), five = Rows(5);
  const std::string results = Life({component_, four}).Live();
  EXPECT_GT(results.size(), 30u * 12);  // 30 architectures of 12 cells, and more
  EXPECT_EQ(Life({component_, four}).Live(), results);
  EXPECT_NE(Life({component_, five}).Live(), results);
}

TEST_F(LifeTest, OthersLiveMeanwhileWithoutChangingIt) {
  const Setting four = Rows(4), five = Rows(5);
  const std::string alone = Life({component_, four}).Live();
  FaultySpace::instances = 0;
  Life life({component_, four});
  EXPECT_EQ(life.Live([&] { Life({component_, five}).Live(); }), alone);
  EXPECT_EQ(FaultySpace::instances, 3);  // after its creation, and in the middle
}

TEST_F(LifeTest, AnInstanceThatCannotBeCreatedHasNoLife) {
  const Setting none = Rows(-1);
  EXPECT_EQ(Life({component_, none}).Live(), "");
}

TEST_F(LifeTest, TheCallThatOverrunsACancellationIsNamed) {
  FaultySpace::fault = Fault::kSlowOnce;
  const Setting four = Rows(4);
  Life life({component_, four}, Life::Clock::now());
  life.Live();
  EXPECT_GE(life.overrun(), milliseconds(100));
  EXPECT_EQ(life.late_call(), "sample");
}

TEST_F(LifeTest, WithoutACancellationNothingIsLate) {
  const Setting four = Rows(4);
  Life life({component_, four});
  life.Live();
  EXPECT_EQ(life.overrun(), Life::Clock::duration::zero());
  EXPECT_EQ(life.late_call(), "");
}

TEST_F(LifeTest, SoundLivesAreNotAccused) { EXPECT_THAT(Found(Fault::kNone), IsEmpty()); }

TEST_F(LifeTest, MemoryThatStaysIsFound) {
  const std::vector<Finding> found = Found(Fault::kKeepsMemory);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].rule, "process.memory");
  EXPECT_THAT(found[0].seen, testing::StartsWith("each leaves at least 1"));  // 1000 and a little
}

TEST_F(LifeTest, SharedVariablesAreFound) {
  const std::vector<Finding> found = Found(Fault::kSharesRows);
  ASSERT_FALSE(found.empty());
  for (const Finding& finding : found) { EXPECT_EQ(finding.rule, "instances.independent"); }
  EXPECT_EQ(found[0].done, "a life during which another instance lives");
  EXPECT_EQ(found[0].seen,
            "an instance gives other results after one with rows at its minimum has lived");
}

TEST(Meanwhile, HappensInAnotherThreadDuringTheCall) {
  std::thread::id other;
  int times = 0;
  Meanwhile meanwhile([&] {
    other = std::this_thread::get_id();
    ++times;
  });
  meanwhile.Happen();
  EXPECT_EQ(times, 1);  // before Happen returns
  EXPECT_NE(other, std::this_thread::get_id());
  EXPECT_FALSE(meanwhile.locks());
}

// Drawing a large graph would call it a million times.
TEST(Meanwhile, HappensAtMost400Times) {
  int times = 0;
  Meanwhile meanwhile([&] { ++times; });
  for (int i = 0; i < 500; ++i) { meanwhile.Happen(); }
  EXPECT_EQ(times, 400);
}

}  // namespace
}  // namespace lode::verify

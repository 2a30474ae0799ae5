#include "core/run/hints.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "core/config/config_test.h"
#include "core/exec/processors.h"

namespace lode::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Keeps what is said.
class Hints : public RunListener {
 public:
  void OnFinished(const RunFinished& /*run*/) override {}
  void OnFailed(const RunFailed& /*run*/) override {}
  void OnWarning(const RunWarning& warning) override {
    EXPECT_EQ(warning.kind, RunWarning::Kind::kHint);
    list_.push_back(warning.text);
  }

  std::vector<std::string> list_;
};

class HintsTest : public ConfigTest {
 protected:
  // Returns the hints for the smallest pipeline with some settings and two seeds.
  std::vector<std::string> HintsFor(std::vector<std::string> settings) const {
    settings.emplace_back("pipeline.seeds=2");
    const std::vector<Search> searches = Searches(kPipeline, settings);
    Plan plan;
    plan.results.reserve(searches.size());
    for (const Search& search : searches) { plan.AddSearch(search, catalog_, dir_.path()); }
    Hints hints;
    CancelToken cancel;
    GiveHints(plan, {.program = {}, .listener = hints, .cancel = cancel});
    return hints.list_;
  }
};

TEST_F(HintsTest, APipelineThatUsesAllItsSettingsGetsNone) { EXPECT_THAT(HintsFor({}), IsEmpty()); }

TEST_F(HintsTest, WorkersOfAnOptimizerThatWaitsAreIdle) {
  EXPECT_THAT(HintsFor({"execution.workers=2"}),
              ElementsAre("optimizer 'l2nas' proposes one architecture at a time: only one of the "
                          "workers is used"));
}

TEST_F(HintsTest, ThreadsThatWaitForEachOtherAreCounted) {
  const std::string here = std::to_string(Processors());
  const std::string more = std::to_string(Processors() + 2);
  EXPECT_THAT(HintsFor({"execution.threads=" + more}),
              ElementsAre("'workers' times 'threads' is " + more + ", and here are " + here +
                          " processors: the threads will wait for each other"));
  EXPECT_EQ(BusyThreads({.workers = 3, .threads = 4}), 12u);
}

// Both searches of the grid and all seeds say the same.
TEST_F(HintsTest, EachIsGivenOnce) {
  EXPECT_EQ(HintsFor({"execution.workers=2", "grid={\"optimizer.top_k\"=[8, 16]}"}).size(), 1u);
}

}  // namespace
}  // namespace lode::core

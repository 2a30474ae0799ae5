#include "core/run/stored_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "core/plugin/error.h"
#include "core/run/directory_locks.h"
#include "core/store/run_plan.h"
#include "tests/failure.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class StoredPlanTest : public testing::Test {
 protected:
  // Makes a directory with a plan of one search in `place` below it.
  fs::path PlanIn(const std::string& directory, const fs::path& place = "") const {
    const fs::path path = directory_.path() / directory;
    fs::create_directories(path);
    AddToPlan(path, {{place, {}, "[pipeline]\nname = \"p\"\n", {0, 1}}});
    return path;
  }

  const TemporaryDirectory directory_;
};

TEST_F(StoredPlanTest, NamesDecideWhatIsWithinADirectory) {
  EXPECT_TRUE(IsWithin("/runs/a/seed-0", "/runs/a"));
  EXPECT_TRUE(IsWithin("/runs/a", "/runs/a"));
  EXPECT_FALSE(IsWithin("/runs/ab", "/runs/a"));
  EXPECT_FALSE(IsWithin("/runs", "/runs/a"));
}

TEST_F(StoredPlanTest, PathsAreComparedWithoutDotsAndSlashesAtTheEnd) {
  EXPECT_EQ(NormalPath("/runs/./a/../b/"), "/runs/b");
  EXPECT_EQ(NormalPath("/runs/b"), "/runs/b");
  EXPECT_EQ(NormalPath("b/"), fs::current_path() / "b");
}

TEST_F(StoredPlanTest, FindsPlansBelowAndTheFirstAbove) {
  const fs::path top = PlanIn("out"), below = PlanIn("out/a/b");
  EXPECT_THAT(PlansOf(top), UnorderedElementsAre(top, below));
  EXPECT_THAT(PlansOf(below), ElementsAre(below, top));
  EXPECT_THAT(PlansOf(top / "a"), UnorderedElementsAre(below, top));
  EXPECT_THAT(PlansOf(top / "pipeline/point/seed-0"), ElementsAre(top));
  EXPECT_THAT(PlansOf(top / "far/too/deep/seed-0"), IsEmpty());
}

TEST_F(StoredPlanTest, LocksEveryDirectoryThatHasAPlan) {
  const fs::path one = PlanIn("out/one"), two = PlanIn("out/two");
  EXPECT_THAT(RootsIn(directory_.path() / "out/"), ElementsAre(one, two));
}

TEST_F(StoredPlanTest, ADirectoryWithoutRunsIsAMistake) {
  EXPECT_THAT(Failure<HostError>([&] { PlanStored(directory_.path(), {}); }),
              HasSubstr(": holds no run"));
}

TEST_F(StoredPlanTest, WhatCannotBeReadIsLeftOutOfAView) {
  const fs::path out = PlanIn("out");
  std::vector<std::string> damages;
  EXPECT_THAT(PlanReadable(out, damages).runs, IsEmpty());
  EXPECT_THAT(damages, ElementsAre(HasSubstr("the pipeline has no [space]")));
}

// Two directories of plans that name the same one are locked once.
TEST_F(StoredPlanTest, ADirectoryIsLockedOnceAndForOne) {
  const fs::path a = directory_.path() / "a", b = directory_.path() / "b";
  const DirectoryLocks locks({b, a, a / ".", b / "x/.."});
  EXPECT_TRUE(fs::is_directory(a));
  EXPECT_THAT(Failure<HostError>([&] { const DirectoryLocks again({a}); }), HasSubstr(a.string()));
}

TEST_F(StoredPlanTest, SeveralMayContinueRunsInOneDirectoryOncePlanned) {
  const fs::path a = directory_.path() / "a";
  DirectoryLocks one({a}, Holders::kMany);
  one.OnPlanned();  // the next would wait for this
  DirectoryLocks two({a}, Holders::kMany);
  two.OnPlanned();
  EXPECT_NE(Failure<HostError>([&] { const DirectoryLocks alone({a}); }), "");
}

}  // namespace
}  // namespace lode::core

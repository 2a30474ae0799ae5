#include "core/compare/method_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>
#include <string>
#include <utility>
#include <vector>

#include "core/plugin/error.h"

namespace lode::core {
namespace {

using testing::ElementsAre;
using Point = std::vector<std::pair<std::string, std::string>>;

// Searches by an optimizer at a point of a grid, in a directory with a name or without.
class MethodNamesTest : public testing::Test {
 protected:
  void Add(const std::string& optimizer, Point point = {}, const std::string& pipeline = "mine",
           const GivenDirectory& from = {"", "runs/a/"}) {
    Search& search = searches_.emplace_back();
    search.pipeline.optimizer.id = optimizer;
    search.pipeline.name = pipeline;
    search.point = std::move(point);
    results_.push_back({&search, {}, {}});
    given_.push_back({&directories_.emplace_back(from), &results_.back(), {}});
  }

  std::vector<std::string> Names() const {
    return MethodNames(given_, std::vector<std::size_t>(given_.size(), 0));
  }

  std::list<Search> searches_;
  std::list<SearchResult> results_;
  std::list<GivenDirectory> directories_;
  std::vector<GivenSearch> given_;
};

TEST_F(MethodNamesTest, TheOptimizerIsEnoughIfItDiffers) {
  Add("rea", {{"optimizer.use", "rea"}, {"oracle.dataset", "cifar10"}});
  Add("bo", {{"optimizer", "{use=bo}"}, {"exploration", "none"}});
  EXPECT_THAT(Names(), ElementsAre("rea", "bo"));
}

// Whatever a search is called: none of its tables may hide what it began with.
TEST_F(MethodNamesTest, WhatASearchBeganWithIsMarked) {
  Add("rea", {}, "mine", {"mine", "runs/a/"});
  searches_.back().pipeline.start.warm_start = "runs/b";
  Add("rea", {}, "mine", {"given", "runs/c/"});
  searches_.back().pipeline.start.architectures = {"x"};
  Add("rea", {}, "mine", {"cold", "runs/d/"});
  EXPECT_THAT(Names(), ElementsAre("mine, warm start", "given, given architectures", "cold"));
}

TEST_F(MethodNamesTest, PresetsOfTheGridAreNamed) {
  Add("l2nas", {{"optimizer", "{use=l2nas top_k=5}"}});
  Add("l2nas", {{"optimizer", "{use=l2nas preset=plus top_k=5}"}});
  Add("l2nas", {{"optimizer.preset", "paper"}});
  EXPECT_THAT(Names(), ElementsAre("l2nas", "l2nas (plus)", "l2nas (paper)"));
}

TEST_F(MethodNamesTest, OtherwiseWhatTheGridChanged) {
  Add("rea", {{"optimizer.rea.population", "30"}, {"oracle.dataset", "cifar10"}});
  Add("rea", {{"optimizer.rea.population", "50"}, {"oracle.dataset", "cifar10"}});
  EXPECT_THAT(Names(), ElementsAre("rea population=30", "rea population=50"));
}

TEST_F(MethodNamesTest, OtherwiseThePipelineOrTheDirectory) {
  Add("rea", {}, "old");
  Add("rea", {}, "new");
  EXPECT_THAT(Names(), ElementsAre("old", "new"));
  Add("rea", {}, "new", {"", "runs/b"});
  given_.front().from = &directories_.emplace_back(GivenDirectory{"", "runs/c"});
  EXPECT_THAT(Names(), ElementsAre("runs/c", "runs/a/", "runs/b"));
}

TEST_F(MethodNamesTest, TheCallersNamesStand) {
  Add("rea", {}, "mine", {"ours", "runs/a"});
  Add("bo");
  EXPECT_THAT(Names(), ElementsAre("ours", "bo"));
  Add("rea", {}, "mine", {"ours", "runs/b"});
  EXPECT_THROW(Names(), HostError);
}

TEST_F(MethodNamesTest, OtherTasksMayHaveTheSameMethod) {
  Add("rea", {{"oracle.dataset", "cifar10"}});
  Add("rea", {{"oracle.dataset", "cifar100"}});
  EXPECT_THAT(MethodNames(given_, {0, 1}), ElementsAre("rea", "rea"));
}

}  // namespace
}  // namespace lode::core

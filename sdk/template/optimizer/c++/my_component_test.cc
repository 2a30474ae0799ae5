#include "my_component.h"

#include <gtest/gtest.h>

#include <functional>
#include <lode/testing.hpp>
#include <numeric>
#include <string>
#include <string_view>

namespace {

class MyComponentTest : public testing::Test {
 protected:
  MyComponentTest() { optimizer_.Bind(tiny_.space()); }

  void Tell(std::string_view text, double reward, bool failed = false) {
    const lode::Architecture architecture = tiny_.space().Parse(text);
    optimizer_.Tell({.step = 0,
                     .random = false,
                     .failed = failed,
                     .reused = false,
                     .action = {},
                     .architecture = architecture,
                     .metrics = {},
                     .reward = reward});
  }
  // In how many decisions the next proposal differs from `text`.
  std::ptrdiff_t Distance(const std::string& text) {
    const std::string proposal = tiny_.space().Format(optimizer_.Ask());
    return std::inner_product(text.begin(), text.end(), proposal.begin(), std::ptrdiff_t{0},
                              std::plus<>(), std::not_equal_to<>());
  }

  const lode::test::FixedHost host_;
  const lode::test::BoundSpace<> tiny_;  // architectures are "a,b,c,a"
  MyComponent optimizer_{host_.host(), {.patience = 3}};
};

TEST_F(MyComponentTest, MutatesTheBest) {
  Tell("a,a,a,a", 1);
  EXPECT_EQ(Distance("a,a,a,a"), 1);
  Tell("b,b,b,b", 2);
  Tell("c,c,c,c", 1);
  EXPECT_EQ(Distance("b,b,b,b"), 1);
  Tell("c,c,c,c", 9, /*failed=*/true);
  EXPECT_EQ(Distance("b,b,b,b"), 1);
}

TEST_F(MyComponentTest, RestartsWhenNothingHelps) {
  Tell("a,a,a,a", 5);
  for (int n = 0; n < 3; ++n) { Tell("b,b,b,b", 1); }
  Tell("c,c,c,c", 0);  // worse than the abandoned climb, but the best of the new one
  EXPECT_EQ(Distance("c,c,c,c"), 1);
}

TEST_F(MyComponentTest, SavesAndLoadsWhatItLearned) {
  Tell("b,b,b,b", 2);
  const std::string saved = lode::test::Save(optimizer_);
  Tell("c,c,c,c", 3);
  EXPECT_THROW(lode::test::Load(optimizer_, saved.substr(0, saved.size() - 1)), lode::Error);
  EXPECT_EQ(Distance("c,c,c,c"), 1);
  lode::test::Load(optimizer_, saved);
  EXPECT_EQ(Distance("b,b,b,b"), 1);
}

}  // namespace

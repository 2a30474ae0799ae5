#include "core/plugin/component_call.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace lode::core {
namespace {

const std::string kFirst = "oracle 'first'", kSecond = "oracle 'second'";

// Returns what a thread that is in no component finds.
const char* SeenFromOutside() {
  const char* seen = nullptr;
  std::thread([&] { seen = ComponentCall::Current(); }).join();
  return seen;
}

TEST(ComponentCallTest, AThreadFindsItsOwnComponent) {
  EXPECT_EQ(ComponentCall::Current(), nullptr);
  const ComponentCall call(kFirst);
  std::thread([] {
    const ComponentCall other(kSecond);
    EXPECT_EQ(ComponentCall::Current(), kSecond.c_str());
  }).join();
  EXPECT_EQ(ComponentCall::Current(), kFirst.c_str());
  {
    const ComponentCall inner(kSecond);
    EXPECT_EQ(ComponentCall::Current(), kSecond.c_str());
  }
  EXPECT_EQ(ComponentCall::Current(), kFirst.c_str());
}

TEST(ComponentCallTest, AThreadInNoComponentFindsThatOfAnother) {
  EXPECT_EQ(SeenFromOutside(), nullptr);
  {
    const ComponentCall call(kFirst);
    std::thread([] { const ComponentCall other(kSecond); }).join();
    EXPECT_EQ(SeenFromOutside(), kFirst.c_str());  // although a later call of another thread ended
  }
  EXPECT_EQ(SeenFromOutside(), nullptr);
}

}  // namespace
}  // namespace lode::core

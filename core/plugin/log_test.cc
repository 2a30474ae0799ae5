#include "core/plugin/log.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace lode::core {
namespace {

TEST(LogTest, AForwarderGetsUnformattedMessagesFromTheLevelUp) {
  std::vector<std::pair<lode_level, std::string>> got;
  SetLogForwarder(
      [&got](lode_level level, std::string_view text) { got.emplace_back(level, text); });
  for (const lode_level level : {LODE_DEBUG, LODE_INFO, LODE_WARNING, LODE_ERROR}) {
    SetLogLevel(level);
    EXPECT_EQ(LogLevel(), level);
  }
  SetLogLevel(LODE_INFO);
  for (const lode_level level : {LODE_DEBUG, LODE_INFO, LODE_WARNING, LODE_ERROR}) {
    Log(level, "{} %v 100%");
  }
  SetLogForwarder(nullptr);
  const std::string text = "{} %v 100%";
  EXPECT_EQ(got, (std::vector<std::pair<lode_level, std::string>>{
                     {LODE_INFO, text}, {LODE_WARNING, text}, {LODE_ERROR, text}}));
}

TEST(LogTest, AWriterGetsLines) {
  std::string lines;
  SetLogWriter([&lines](std::string_view line) { lines += line; });
  Log(LODE_WARNING, "hot");
  SetLogWriter(nullptr);
  EXPECT_EQ(lines, "lode: warning: hot\n");
}

}  // namespace
}  // namespace lode::core

#include "core/verify/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <lode/text.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace lode::verify {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::SizeIs;

// Keeps what it gets, in order.
class Log : public Watcher {
 public:
  void OnDoing(const std::string& what) override { lines.push_back("doing " + what); }
  void OnBeat() override { lines.emplace_back("beat"); }
  void OnFound(const Finding& f) override {
    lines.push_back(f.rule + " | " + f.done + " | " + f.seen);
  }
  std::vector<std::string> lines;
};

TEST(Findings, AFindingHasTheRuleWhatWasDoneAndWhatWasSeen) {
  Findings findings;
  const auto setting = findings.Do("defaults");
  {
    const auto doing = findings.Do("crossing pairs");
    findings.Add("space.crossover", "a child is new");
  }
  findings.Add("determinism", "it differs");
  EXPECT_THAT(findings.list(),
              ElementsAre(Finding{"space.crossover", "defaults: crossing pairs", "a child is new"},
                          Finding{"determinism", "defaults", "it differs"}));
}

TEST(Findings, WhatIsDoneIsCounted) {
  Findings findings;
  {
    const auto outer = findings.Do("a");
    const auto inner = findings.Do("b");
  }
  const auto next = findings.Do("c");
  EXPECT_EQ(findings.checks(), 3u);
}

TEST(Findings, OnlyTheFirstThreeOfARuleAreKept) {
  Findings findings;
  for (int i = 0; i < 5; ++i) { findings.Add("space.mutate", std::to_string(i)); }
  findings.Add("space.sample", "another rule");
  EXPECT_THAT(
      findings.list(),
      ElementsAre(Finding{"space.mutate", "", "0"}, Finding{"space.mutate", "", "1"},
                  Finding{"space.mutate", "", "2"}, Finding{"space.sample", "", "another rule"}));
}

// Otherwise the same sight three times would hide others.
TEST(Findings, EqualFindingsCountOnce) {
  Findings findings;
  for (const char* seen : {"a", "a", "a", "b"}) { findings.Add("space.mutate", seen); }
  EXPECT_THAT(findings.list(), SizeIs(2));
  const auto doing = findings.Do("another time");
  findings.Add("space.mutate", "a");
  EXPECT_THAT(findings.list(), SizeIs(3));
}

TEST(Findings, AWatcherHearsEverythingAtOnce) {
  Log log;
  Findings findings(&log);
  {
    const auto doing = findings.Do("defaults");
    EXPECT_TRUE(findings.Require(true, "space.mutate", "is well"));
    EXPECT_FALSE(findings.Require(false, "space.mutate", "goes one way"));
    EXPECT_FALSE(findings.Require(false, "space.mutate", "goes one way"));
  }
  const auto next = findings.Do("next");
  EXPECT_THAT(log.lines,
              ElementsAre("doing defaults", "beat", "beat",
                          "space.mutate | defaults | goes one way", "beat", "doing next"));
}

TEST(Findings, ARuleMustExist) {
  Findings findings;
  EXPECT_THROW(findings.Add("space.mutatE", "a typo"), std::logic_error);
  EXPECT_THAT(findings.list(), IsEmpty());
}

TEST(Findings, ALineOfAComponentIsPrintableWhateverItWrote) {
  EXPECT_EQ(OneLine("größer als 5"), "größer als 5");
  for (const char* text : {"two\nlines", "\033[31mred", "c1 \xC2\x9B", "\xFF is no UTF-8",
                           "turns \xE2\x80\xAE around", "\x7F"}) {
    EXPECT_TRUE(IsPrintableLine(OneLine(text))) << text;
  }
}

TEST(Findings, ALongLineIsCutBetweenCharacters) {
  EXPECT_EQ(OneLine(std::string(400, 'x')), std::string(400, 'x'));
  EXPECT_EQ(OneLine(std::string(401, 'x')), std::string(400, 'x') + "...");
  std::string text = "x";
  for (int i = 0; i < 300; ++i) { text += "ß"; }  // byte 400 is in the middle of one
  const std::string line = OneLine(text);
  EXPECT_TRUE(IsPrintableLine(line));
  EXPECT_THAT(line, EndsWith("ß..."));
  EXPECT_LE(line.size(), 403u);
}

}  // namespace
}  // namespace lode::verify

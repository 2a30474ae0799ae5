#include "core/cli/usage_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace lode::cli {
namespace {

using testing::StartsWith;

class UsageErrorTest : public testing::Test {
 protected:
  UsageErrorTest() {
    app_.require_subcommand(0, 1);
    app_.fallthrough();
    app_.add_option("--plugin", text_)->allow_extra_args(false);
    CLI::App* run = app_.add_subcommand("run");
    run->add_option("PIPELINE", list_)->required();
    run->add_option("-j,--jobs", jobs_)->check(CLI::Range(1, 1024));
    run->add_option("--retries", jobs_);
    run->add_option("--seeds", text_);
    run->add_option("--secret", text_)->group("");
    app_.add_subcommand("show")->add_option("NAME", text_);
    app_.add_subcommand("worker")->group("");
  }

  // Returns the message for a command line, without the hint at its end.
  std::string Mistake(std::vector<std::string> words) {
    try {
      std::reverse(words.begin(), words.end());
      app_.parse(std::move(words));
    } catch (const CLI::ParseError& error) {
      const std::string message = UsageError(app_, error);
      const std::string hint = " (try lode --help)";
      EXPECT_TRUE(message.ends_with(hint)) << message;
      return message.substr(0, message.size() - hint.size());
    }
    return "";
  }

  CLI::App app_;
  std::string text_;
  std::vector<std::string> list_;
  int jobs_ = 0;
};

TEST_F(UsageErrorTest, AMisspelledCommandNamesTheNearest) {
  EXPECT_EQ(Mistake({"rnu", "a.toml"}), "there is no command 'rnu'; did you mean 'run'?");
  EXPECT_EQ(Mistake({"SHWO"}), "there is no command 'SHWO'; did you mean 'show'?");
  EXPECT_EQ(Mistake({"evaluate"}), "there is no command 'evaluate'");
}

TEST_F(UsageErrorTest, HiddenNamesAreNotSuggested) {
  EXPECT_EQ(Mistake({"worke"}), "there is no command 'worke'");
  EXPECT_EQ(Mistake({"run", "a.toml", "--secre"}), "there is no option '--secre'");
}

TEST_F(UsageErrorTest, AMisspelledOptionNamesTheNearestOfTheCommandAndItsParents) {
  EXPECT_EQ(Mistake({"run", "a.toml", "--sedes", "3"}),
            "there is no option '--sedes'; did you mean '--seeds'?");
  EXPECT_EQ(Mistake({"run", "a.toml", "--plugn=x.so"}),
            "there is no option '--plugn'; did you mean '--plugin'?");
  EXPECT_EQ(Mistake({"show", "a", "--jobs", "3"}), "there is no option '--jobs'");
  EXPECT_EQ(Mistake({"--plugn", "x.so"}), "there is no option '--plugn'; did you mean '--plugin'?");
}

TEST_F(UsageErrorTest, AnUnknownLetterIsNotGuessed) {
  EXPECT_EQ(Mistake({"run", "a.toml", "-k"}), "there is no option '-k'");
}

// "--sedes" explains why PIPELINE seems to be missing.
TEST_F(UsageErrorTest, AnUnknownOptionIsReportedBeforeWhatIsMissing) {
  EXPECT_EQ(Mistake({"run", "--sedes"}), "there is no option '--sedes'; did you mean '--seeds'?");
  EXPECT_EQ(Mistake({"run"}), "PIPELINE is required");
}

TEST_F(UsageErrorTest, AWordTooManyIsNamed) {
  EXPECT_EQ(Mistake({"show", "a", "b"}), "'b' was not expected");
  EXPECT_EQ(Mistake({"show", "a", "-"}), "'-' was not expected");
}

TEST_F(UsageErrorTest, AnOptionTooManyIsReportedBeforeWords) {
  EXPECT_EQ(Mistake({"show", "a", "b", "--verbos"}), "there is no option '--verbos'");
}

TEST_F(UsageErrorTest, AWrongValueIsExplained) {
  EXPECT_THAT(Mistake({"run", "a.toml", "-j", "0"}), StartsWith("--jobs: Value 0 not in range"));
  EXPECT_THAT(Mistake({"run", "a.toml", "--retries", "many"}), StartsWith("could not convert"));
}

TEST_F(UsageErrorTest, WhatWasTypedIsPrintable) {
  EXPECT_EQ(Mistake({"run", "a.toml", "--\033[31m"}), "there is no option '-- [31m'");
  EXPECT_EQ(Mistake({"a\nb"}), "there is no command 'a b'");
}

}  // namespace
}  // namespace lode::cli

// The man page of a small program in place of lode: what people typed must come out as they typed
// it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/cli/command.h"
#include "core/cli/test_streams.h"

namespace lode::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ManTest : public testing::Test {
 protected:
  // Returns the page.
  std::string Page(const std::string& line = "man") {
    AddMan(app_, global_, action_);
    app_.parse(line, false);
    return Printed(stdout, [this] { EXPECT_EQ(action_(), kDone); });
  }

  CLI::App app_;
  GlobalOptions global_;
  Action action_;
  std::string text_;
  std::vector<std::string> list_;
};

// A roff line that begins with a dot is a request, and a backslash begins an escape.
TEST_F(ManTest, TextsAreEscaped) {
  app_.add_option("--out", text_, ".toml is added; don't use \"\\\"\n'~', `^` or a-b.c");
  EXPECT_THAT(Page(), HasSubstr("\n\\&.toml is added; don\\(aqt use \\(dq\\e\\(dq\n"
                                "\\(aq\\(ti\\(aq, \\(ga\\(ha\\(ga or a\\-b.c\n"));
}

TEST_F(ManTest, OptionsHaveAllTheirNamesAndTheirValue) {
  app_.add_option("-o,--out", text_, "Where")->type_name("FILE");
  app_.add_option("--key", text_, "Which")->required();
  app_.add_option("--format", text_, "How")->check(CLI::IsMember({"text", "json"}));
  bool fresh = false;
  app_.add_flag("--fresh", fresh, "Begin again");
  EXPECT_THAT(
      Page("--key x man"),
      AllOf(HasSubstr(".TP\n\\fB\\-o\\fR, \\fB\\-\\-out\\fR \\fIFILE\\fR\nWhere\n"),
            HasSubstr("\\fB\\-\\-key\\fR \\fITEXT\\fR\nWhich (required)\n"),
            HasSubstr("How: text or json\n"), HasSubstr(".TP\n\\fB\\-\\-fresh\\fR\nBegin again")));
}

TEST_F(ManTest, TheSynopsisShowsWhatMayBeLeftOutAndRepeated) {
  CLI::App* copy = app_.add_subcommand("copy", "Copies");
  copy->add_option("FROM", list_, "What")->required()->type_name("DIR");
  copy->add_option("TO", text_, "Where");
  EXPECT_THAT(Page(), HasSubstr(".SS \"lode copy\"\n\\fBlode copy\\fR [\\fIOPTION\\fR]... "
                                "\\fIFROM\\fR... [\\fITO\\fR]\n.PP\nCopies\n"));
}

TEST_F(ManTest, CommandsOfCommandsFollow) {
  CLI::App* list = app_.add_subcommand("list", "Lists");
  list->add_subcommand("old", "Old ones");
  EXPECT_THAT(Page(), AllOf(HasSubstr(".SS \"lode list\"\n"),
                            HasSubstr(".SS \"lode list old\"\n\\fBlode list old\\fR [")));
}

TEST_F(ManTest, WhatIsHiddenIsLeftOutAndHelpIsExplainedOnce) {
  app_.add_subcommand("worker", "Hidden")->group("");
  app_.add_subcommand("shown", "Shown");
  const std::string page = Page();
  EXPECT_THAT(page, AllOf(Not(HasSubstr("worker")), Not(HasSubstr("lode man\""))));
  EXPECT_NE(page.find("\\-\\-help"), std::string::npos);
  EXPECT_EQ(page.find("\\-\\-help"), page.rfind("\\-\\-help"));
}

}  // namespace
}  // namespace lode::cli

#include "core/cli/declared.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lode::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class DeclaredTest : public testing::Test {
 protected:
  CLI::App app_;
  std::string text_;
  std::vector<std::string> list_;
  bool flag_ = false;
};

TEST_F(DeclaredTest, HiddenCommandsAndOptionsAreLeftOut) {
  app_.set_help_flag();
  app_.add_subcommand("worker")->group("");
  const CLI::App* show = app_.add_subcommand("show");
  const CLI::App* run = app_.add_subcommand("run");
  const CLI::Option* out = app_.add_option("--out", text_);
  app_.add_option("--secret", text_)->group("");
  const CLI::Option* name = app_.add_option("NAME", text_);
  app_.add_option("OLD", text_)->group("");
  EXPECT_THAT(Subcommands(app_), ElementsAre(show, run));
  EXPECT_THAT(NamedOptions(app_), ElementsAre(out));
  EXPECT_THAT(Positionals(app_), ElementsAre(name));
}

TEST_F(DeclaredTest, NamesAreTypedWithTheirDashes) {
  EXPECT_THAT(NamesOf(*app_.add_option("--output,-o,--out", text_)),
              ElementsAre("-o", "--output", "--out"));
  EXPECT_THAT(NamesOf(*app_.add_option("NAME", text_)), IsEmpty());
}

TEST_F(DeclaredTest, AValueHasTheNameOfItsType) {
  EXPECT_EQ(ValueName(*app_.add_flag("--flag", flag_)), "");
  EXPECT_EQ(ValueName(*app_.add_option("--out", text_)->type_name("FILE")), "FILE");
  EXPECT_EQ(ValueName(*app_.add_option("--set", list_)->type_name("PATH=VALUE")), "PATH=VALUE");
  EXPECT_EQ(ValueName(*app_.add_option("--name", text_)), "TEXT");
  EXPECT_EQ(ValueName(*app_.add_option("--jobs", text_)->check(CLI::Range(1, 9))->type_name("N")),
            "N");
}

TEST_F(DeclaredTest, APositionalHasItsOwnNameUnlessItsTypeHasOne) {
  EXPECT_EQ(ValueName(*app_.add_option("ARCHITECTURE", text_)), "ARCHITECTURE");
  EXPECT_EQ(ValueName(*app_.add_option("PIPELINE", list_)->type_name("FILE")), "FILE");
}

TEST_F(DeclaredTest, OnlyEnumeratedOptionsHaveChoices) {
  EXPECT_THAT(ChoicesOf(*app_.add_option("--format", text_)
                             ->transform(CLI::IsMember({"text", "json", "dot"}, CLI::ignore_case))),
              ElementsAre("text", "json", "dot"));
  EXPECT_THAT(ChoicesOf(*app_.add_option("--one", text_)->check(CLI::IsMember({"alone"}))),
              ElementsAre("alone"));
  EXPECT_THAT(ChoicesOf(*app_.add_option("--jobs", text_)->check(CLI::Range(1, 9))), IsEmpty());
  EXPECT_THAT(ChoicesOf(*app_.add_option("--out", text_)->type_name("FILE")), IsEmpty());
}

}  // namespace
}  // namespace lode::cli

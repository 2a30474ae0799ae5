// What `lode complete` offers for command lines, with a small program in place of lode.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "core/cli/command.h"
#include "core/cli/test_streams.h"

namespace lode::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using Words = std::vector<std::string>;

class CompleteTest : public testing::Test {
 protected:
  CompleteTest() {
    app_.fallthrough();
    app_.set_help_flag("-h,--help", "Explain");
    app_.add_flag("-v,--verbose", flag_, "Print more");
    CLI::App* paint = app_.add_subcommand("paint", "Paint a wall\nwith a brush");
    paint->add_option("COLOR", text_, "Its color")->check(CLI::IsMember({"red", "green", "gray"}));
    paint->add_option("PICTURE", text_, "What to paint")->type_name("FILE");
    paint->add_option("-b,--brush", text_, "The tool")->check(CLI::IsMember({"broad", "fine"}));
    paint->add_option("-o,--out,--output", text_, "Where")->type_name("DIR");
    paint->add_option("--secret", text_)->group("");
    CLI::App* wash = app_.add_subcommand("wash", "Wash walls");
    wash->add_option("WALLS", list_, "Which")->type_name("FILE");
    AddComplete(app_, global_, action_);
  }

  // Returns the type and the lines that are offered at the end of the words.
  Words Offered(Words words) {
    words.insert(words.begin(), {"lode", "complete", "--"});
    std::vector<char*> pointers;
    for (std::string& word : words) { pointers.push_back(word.data()); }
    app_.parse(static_cast<int>(pointers.size()), pointers.data());
    std::istringstream lines(Printed(stdout, [this] { EXPECT_EQ(action_(), kDone); }));
    Words offered;
    for (std::string line; std::getline(lines, line);) { offered.push_back(line); }
    return offered;
  }

  CLI::App app_;
  GlobalOptions global_;
  Action action_;
  bool flag_ = false;
  std::string text_;
  Words list_;
};

TEST_F(CompleteTest, CommandsHaveTheFirstLineOfTheirDescriptions) {
  EXPECT_THAT(Offered({""}), ElementsAre("words", "paint\tPaint a wall", "wash\tWash walls"));
  EXPECT_THAT(Offered({}), ElementsAre("words", "paint\tPaint a wall", "wash\tWash walls"));
  EXPECT_THAT(Offered({"-v", "w"}), ElementsAre("words", "wash\tWash walls"));
}

TEST_F(CompleteTest, OptionsAreThoseOfTheCommandAndItsParents) {
  EXPECT_THAT(Offered({"paint", "-"}), ElementsAre("words", "--help\tExplain", "--brush\tThe tool",
                                                   "--out\tWhere", "--verbose\tPrint more"));
  EXPECT_THAT(Offered({"paint", "--output"}), ElementsAre("words"));  // the first name is enough
}

TEST_F(CompleteTest, ValuesFollowTheirOption) {
  EXPECT_THAT(Offered({"paint", "--brush", ""}), ElementsAre("words", "broad\t", "fine\t"));
  EXPECT_THAT(Offered({"paint", "-b", "f"}), ElementsAre("words", "fine\t"));
  EXPECT_THAT(Offered({"paint", "--brush=f"}), ElementsAre("words", "--brush=fine\t"));
  EXPECT_THAT(Offered({"paint", "--output", ""}), ElementsAre("directories"));
  EXPECT_THAT(Offered({"paint", "-o="}), ElementsAre("directories"));
  EXPECT_THAT(Offered({"paint", "--brush", "-"}), ElementsAre("words"));  // no option: a value
}

TEST_F(CompleteTest, AValueThatWasGivenIsNotWaitedFor) {
  EXPECT_THAT(Offered({"paint", "--brush=fine", "r"}), ElementsAre("words", "red\t"));
  EXPECT_THAT(Offered({"paint", "--brush", "fine", "r"}), ElementsAre("words", "red\t"));
  EXPECT_THAT(Offered({"paint", "--verbose", "r"}), ElementsAre("words", "red\t"));
  EXPECT_THAT(Offered({"paint", "--unknown", "r"}), ElementsAre("words", "red\t"));
}

TEST_F(CompleteTest, PositionalsAreTakenInTheirOrder) {
  EXPECT_THAT(Offered({"paint", "gr"}), ElementsAre("words", "green\t", "gray\t"));
  EXPECT_THAT(Offered({"paint", "red", ""}), ElementsAre("files"));
  EXPECT_THAT(Offered({"paint", "red", "sun.png", ""}), ElementsAre("words"));
  EXPECT_THAT(Offered({"wash", "a", "b", "c", ""}), ElementsAre("files"));  // as many as you like
}

TEST_F(CompleteTest, AfterTwoDashesNothingIsAnOption) {
  EXPECT_THAT(Offered({"paint", "--", "--b"}), ElementsAre("words"));
  EXPECT_THAT(Offered({"paint", "--", "-b", ""}), ElementsAre("files"));  // -b is the color
}

TEST_F(CompleteTest, NamesOfHiddenThingsAreNotOffered) {
  EXPECT_THAT(Offered({"c"}), ElementsAre("words"));
  EXPECT_THAT(Offered({"paint", "--se"}), ElementsAre("words"));
}

}  // namespace
}  // namespace lode::cli

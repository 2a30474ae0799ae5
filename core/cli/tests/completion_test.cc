// The completions that `lode complete` offers to shells.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/program.h"
#include "tests/temporary_directory.h"

namespace lode::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsSupersetOf;
using testing::Not;
using Words = std::vector<std::string>;

class CompletionTest : public testing::Test {
 protected:
  // Returns the type that is offered, and the candidates without their descriptions.
  Words Complete(Words words) const {
    words.insert(words.begin(), {"complete", "--"});
    const Outcome outcome = lode_.Run(words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    Words lines = Lines(outcome.out);
    for (std::string& line : lines) { line.resize(std::min(line.find('\t'), line.size())); }
    return lines;
  }

  const TemporaryDirectory dir_;
  const Program lode_{dir_.path()};
  const std::string rea_ = SourceFile("configs/nb201/rea.toml").string();
};

TEST_F(CompletionTest, CommandsAndTheirOptions) {
  EXPECT_THAT(Complete({}), IsSupersetOf({"words", "run", "validate", "describe", "completion"}));
  EXPECT_THAT(Complete({""}), Not(Contains("complete")));
  EXPECT_THAT(Complete({"ru"}), ElementsAre("words", "run", "runs"));
  EXPECT_THAT(Complete({"run", "--"}), IsSupersetOf({"--seeds", "--jobs", "--plugin"}));
  EXPECT_THAT(Complete({"run", "--seeds", "3", "--fre"}), ElementsAre("words", "--fresh"));
  EXPECT_THAT(Complete({"help", "va"}), ElementsAre("words", "validate"));
  EXPECT_THAT(Complete({"help", "run", ""}), ElementsAre("words"));
  EXPECT_THAT(Complete({"new", "--o"}), ElementsAre("words", "--out"));  // and not its former name
  EXPECT_THAT(Complete({"RUN", "--o"}), ElementsAre("words", "--out"));
  EXPECT_THAT(Complete({"import", "-o", ""}), ElementsAre("files"));
  EXPECT_THAT(Complete({"run", "-o", ""}), ElementsAre("directories"));
}

TEST_F(CompletionTest, ValuesMatchTheirNames) {
  EXPECT_THAT(Complete({"describe", "l2"}), ElementsAre("words", "l2nas"));
  EXPECT_THAT(Complete({"describe", "pi"}), ElementsAre("words", "pipeline"));
  EXPECT_THAT(Complete({"describe", "ex"}), ElementsAre("words", "execution"));
  EXPECT_THAT(Complete({"show", ""}), ElementsAre("words", "darts", "nb201", "ofa"));
  EXPECT_THAT(Complete({"show", "runs/nb"}), ElementsAre("directories"));
  EXPECT_THAT(Complete({"completion", ""}), ElementsAre("words", "bash", "zsh"));
  EXPECT_THAT(Complete({"run", ""}), ElementsAre("files"));
  EXPECT_THAT(Complete({"run", rea_, ""}), ElementsAre("files"));
  EXPECT_THAT(Complete({"run", rea_, "--out", ""}), ElementsAre("directories"));
  EXPECT_THAT(Complete({"run", "--out="}), ElementsAre("directories"));
  EXPECT_THAT(Complete({"run", "--", "--"}), ElementsAre("files"));
}

TEST_F(CompletionTest, SettingsAreThoseOfThePipeline) {
  const Words of_rea = Complete({"run", rea_, "--set", "optimizer."});
  EXPECT_THAT(of_rea,
              ElementsAre("words", "optimizer.use=", "optimizer.population=", "optimizer.sample="));
  const Words of_l2nas =
      Complete({"run", rea_, "--set", "optimizer.use=l2nas", "--set=optimizer.preset="});
  EXPECT_THAT(of_l2nas, ElementsAre("words", "--set=optimizer.preset=robust",
                                    "--set=optimizer.preset=paper", "--set=optimizer.preset=plus"));
  EXPECT_THAT(Complete({"run", rea_, "--set", "oracle.dataset=ci"}),
              ElementsAre("words", "oracle.dataset=cifar10", "oracle.dataset=cifar100"));
  EXPECT_THAT(Complete({"run", rea_, "--set", "oracle.table="}), ElementsAre("files"));
  EXPECT_THAT(Complete({"run", rea_, "--set", "reward.allow_test="}),
              ElementsAre("words", "reward.allow_test=true", "reward.allow_test=false"));
  EXPECT_THAT(Complete({"validate", SourceFile("configs/ofa/front.toml").string(), "--set", "ora"}),
              IsSupersetOf({"oracle.0.use=", "oracle.1.metrics="}));
  EXPECT_THAT(Complete({"show", "ofa", "x", "--set", "w"}), ElementsAre("words", "width="));
}

// Whatever is typed, a shell gets an answer; mistakes are reported when the line is run.
TEST_F(CompletionTest, MistakesBeforeTheCursorAreIgnored) {
  EXPECT_THAT(Complete({"fly", ""}), ElementsAre("words"));
  EXPECT_THAT(Complete({"run", "--fly", ""}), ElementsAre("files"));
  EXPECT_THAT(Complete({"run", "--fly=1"}), ElementsAre("words"));
  EXPECT_THAT(Complete({"run", "missing.toml", "--set", "budget.ste"}),
              ElementsAre("words", "budget.steps="));
  EXPECT_THAT(Complete({"run", rea_, "--set", "[", "--set", "budget.ste"}),
              ElementsAre("words", "budget.steps="));
  EXPECT_THAT(Complete({"show", "missing", "x", "--set", ""}), ElementsAre("words"));
  EXPECT_THAT(Complete({"plugins", "l2nas", ""}), ElementsAre("words"));
}

}  // namespace
}  // namespace lode::cli

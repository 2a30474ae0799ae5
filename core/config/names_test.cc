// Names in any case, and words that other programs use.
#include <string>
#include <utility>
#include <vector>

#include "core/config/config_test.h"

namespace lode::core {
namespace {

class NamesTest : public ConfigTest {};

// Returns kPipeline with another budget.
std::string WithBudget(const std::string& budget) {
  std::string text = kPipeline;
  const std::string steps = "steps = 100";
  return text.replace(text.find(steps), steps.size(), budget);
}

// Names of components and presets are compared without case, wherever they appear.
TEST_F(NamesTest, NamesMayBeInAnyCase) {
  const Pipeline plain = Single(kPipeline, {"optimizer.preset=paper"});
  const std::string table = (dir_.path() / "table.tsv").string();
  const auto like_plain = [&](const std::string& text, const std::vector<std::string>& overrides) {
    return FormatPipeline(Single(text, overrides), catalog_) == FormatPipeline(plain, catalog_);
  };
  EXPECT_TRUE(like_plain(kPipeline, {"optimizer.use=L2NAS", "optimizer.preset=Paper"}));
  EXPECT_TRUE(like_plain(kPipeline, {"optimizer={use=\"L2nas\", preset=\"PAPER\"}"}));
  EXPECT_TRUE(like_plain(
      kPipeline, {"optimizer.preset=paper", "oracle.Acme.TABLE.table=" + table, "space.use=Ring"}));
  const std::string sub_tables = std::string(kPipeline) +
                                 "[optimizer.REA]\npopulation = 7\n[oracle.\"ACME.table\"]\n"
                                 "[grid]\n\"optimizer.use\" = [\"Rea\", \"L2NAS\"]\n"
                                 "\"optimizer.reA.sample\" = [3]\n";
  const std::vector<Search> searches = Searches(sub_tables, {"optimizer.rea.sample=2"});
  ASSERT_EQ(searches.size(), 2u);
  EXPECT_EQ(searches[0].point, (std::vector<std::pair<std::string, std::string>>{
                                   {"optimizer.use", "rea"}, {"optimizer.rea.sample", "2"}}));
  EXPECT_EQ(searches[0].pipeline.optimizer.values.at(0), Value(std::int64_t{7}));
  EXPECT_EQ(searches[1].pipeline.optimizer.id, "l2nas");
}

TEST_F(NamesTest, ZippedPathsMayBeInAnyCase) {
  const std::vector<Search> searches =
      Searches(std::string(kPipeline) +
               "[optimizer.rea]\n[grid]\n\"optimizer.Rea.sample\" = [2, 3]\n"
               "\"optimizer.REA.population\" = [20, 30]\n"
               "zip = [\"optimizer.REA.sample\", \"optimizer.rea.population\"]\n");
  EXPECT_EQ(searches.size(), 2u);
}

TEST_F(NamesTest, PublishedFiguresFindTheirPointInAnyCase) {
  const std::vector<Search> searches =
      Searches(std::string(kPipeline) +
               "[grid]\n\"optimizer.use\" = [\"rea\", \"random\"]\n"
               "[[reference]]\nlabel = \"paper\"\nwhere = {\"optimizer.use\" = \"REA\"}\n"
               "mean = 1.0\n");
  EXPECT_EQ(searches[0].pipeline.references.at(0).where.at(0).second, "rea");
}

// A word that people know from other programs.
TEST_F(NamesTest, TrialsAreSteps) {
  const std::string text = WithBudget("trials = 7");
  EXPECT_EQ(Single(text).budget.steps, 7u);
  EXPECT_NE(FormatPipeline(Single(text), catalog_).find("\nsteps = 7\n"), std::string::npos);
  EXPECT_EQ(Single(kPipeline, {"budget.trials=7"}).budget.steps, 7u);
  EXPECT_EQ(Single(text, {"budget.steps=8"}).budget.steps, 8u);
  EXPECT_EQ(Single(text, {"budget={trials=9}"}).budget.steps, 9u);
  EXPECT_EQ(Searches(std::string(kPipeline) + "[grid]\n\"budget.trials\" = [3, 4]\n")
                .at(1)
                .pipeline.budget.steps,
            4u);
  EXPECT_EQ(Mistakes(WithBudget("steps = 100\ntrials = 7")),
            "p.toml:14:1: 'trials' is another word for 'steps': give one");
  EXPECT_EQ(Mistakes(WithBudget("trials = \"many\"")),
            "p.toml:13:10: 'steps' must be an integer, not a string");
}

}  // namespace
}  // namespace lode::core

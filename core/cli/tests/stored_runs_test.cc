// Finding stored runs again: lode runs, lode show of several directories, results.csv, and the line
// that tells how to show the best.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/program.h"
#include "tests/temporary_directory.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::string>;
using Row = std::map<std::string, std::string>;

// The cells of a line of CSV.
Words Cells(const std::string& line) {
  Words cells{""};
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

class StoredRunsTest : public testing::Test {
 protected:
  Outcome Run(const std::string& out, Words more = {}) const {
    const Words words = {"run",   SourceFile("configs/nb201/random.toml").string(),
                         "--out", Path(out),
                         "--set", "budget={steps=20}"};
    more.insert(more.begin(), words.begin(), words.end());
    return lode_.Run(more);
  }

  std::string Path(const std::string& name) const { return (directory_.path() / name).string(); }

  std::vector<Row> Results(const std::string& out) const {
    std::ifstream in(Path(out + "/results.csv"));
    std::string line;
    std::getline(in, line);
    const Words names = Cells(line);
    std::vector<Row> rows;
    while (std::getline(in, line)) {
      const Words cells = Cells(line);
      EXPECT_EQ(cells.size(), names.size()) << line;
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i == 0) { rows.emplace_back(); }
        rows.back()[names.at(i)] = cells[i];
      }
    }
    return rows;
  }

  void Damage(const std::string& file) const { std::ofstream(Path(file)) << "damaged"; }

  const TemporaryDirectory directory_;
  const Program lode_{directory_.path()};
};

TEST_F(StoredRunsTest, ShowingRunsDoesNotMakeThemNewer) {
  EXPECT_EQ(Run("runs/old", {"--seed", "1"}).status, 0);
  EXPECT_EQ(Run("runs/new", {"--seed", "1"}).status, 0);
  for (const auto& entry : fs::recursive_directory_iterator(Path("runs/old"))) {
    fs::last_write_time(entry, fs::file_time_type::clock::now() - std::chrono::hours(1));
  }
  fs::last_write_time(Path("runs/old"), fs::file_time_type::clock::now() - std::chrono::hours(1));
  EXPECT_EQ(lode_.Run({"show", Path("runs/old")}).status, 0);
  for (int look = 0; look < 2; ++look) {
    const json all = json::parse(lode_.Run({"runs", "--json"}).out);
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all.at(1).at("directory"), "runs/old") << look;
  }
}

TEST_F(StoredRunsTest, RunsAreListedNewestFirst) {
  EXPECT_EQ(lode_.Run({"runs"}).out, "no runs in runs\n");
  EXPECT_EQ(lode_.Run({"runs", Path("missing")}).status, 2);
  EXPECT_EQ(Run("runs/done", {"--seeds", "2"}).status, 0);
  EXPECT_EQ(Run("runs/cut short", {"--wall-seconds", "0.000001"}).status, 4);
  EXPECT_EQ(Run("runs/grid",
                {"--seed", "1", "--set", "grid={\"oracle.dataset\"=[\"cifar10\", \"cifar100\"]}"})
                .status,
            0);
  EXPECT_EQ(Run("runs/broken", {"--seed", "1"}).status, 0);
  Damage("runs/broken/seed-1/pipeline.toml");
  const json all = json::parse(lode_.Run({"runs", "--json"}).out);
  std::vector<std::string> states;
  for (const json& one : all) {
    states.push_back(one.at("directory").get<std::string>() + " " +
                     one.at("state").get<std::string>() + " " +
                     std::to_string(one.at("ended").get<int>()) + " of " +
                     std::to_string(one.at("runs").get<int>()));
  }
  EXPECT_THAT(states,
              ElementsAre("runs/broken damaged 0 of 0", "runs/grid finished 2 of 2",
                          "runs/cut short unfinished 0 of 10", "runs/done finished 2 of 2"));
  EXPECT_EQ(all.at(1).at("best").size(), 2u) << "accuracies on other data do not compete";
  EXPECT_EQ(all.at(3).at("steps"), 40);
  const Outcome text = lode_.Run({"runs"});
  EXPECT_THAT(text.out, HasSubstr("to continue: lode resume 'runs/cut short'\n"));
  EXPECT_THAT(text.out, HasSubstr("damaged: "));
  EXPECT_THAT(text.out, HasSubstr(" 40 of 40 "));
  EXPECT_EQ(lode_.Run({"resume", "runs/cut short", "--wall-seconds", "100000"}).status, 0);
  EXPECT_THAT(lode_.Run({"runs"}).out, Not(HasSubstr("to continue")));
  EXPECT_EQ(json::parse(lode_.Run({"runs", Path("runs/done"), "--json"}).out).size(), 1u);
}

TEST_F(StoredRunsTest, PipelinesWithStagesAreListedOnce) {
  const Words stages = {"run",    SourceFile("configs/nb201/stages.toml").string(),
                        "--seed", "1",
                        "--set",  "stage.search.budget.steps=20",
                        "--out",  Path("runs/stages")};
  EXPECT_EQ(lode_.Run(stages).status, 0);
  const json all = json::parse(lode_.Run({"runs", "--json"}).out);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all.at(0).at("state"), "finished");
  EXPECT_EQ(all.at(0).at("runs"), 3);
  const std::vector<Row> rows = Results("runs/stages");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].at("stage"), "final");
  EXPECT_EQ(rows[1].at("stage"), "search");
  EXPECT_EQ(rows[1].at("optimizer.use"), "random");
  EXPECT_EQ(rows[0].at("optimizer.use"), "");
  const json shown = json::parse(lode_.Run({"show", "--json", Path("runs/stages")}).out);
  EXPECT_EQ(shown.at("stages").size(), 2u);
  EXPECT_EQ(shown.at("comparisons").at(0).at("earlier"), "search");
  EXPECT_EQ(shown.at("runs").size(), 3u);
}

TEST_F(StoredRunsTest, SeveralDirectoriesAreShownDespiteErrorsInOne) {
  EXPECT_EQ(Run("a", {"--seed", "1"}).status, 0);
  EXPECT_EQ(Run("b", {"--seeds", "3"}).status, 0);
  const Outcome both = lode_.Run({"show", Path("a"), Path("b")});
  EXPECT_EQ(both.status, 0) << both.err;
  EXPECT_THAT(both.out, HasSubstr(Path("a") + ":\nnb201-random: "));
  EXPECT_THAT(both.out, HasSubstr(Path("b") + ":\nnb201-random: "));
  EXPECT_THAT(both.out, HasSubstr("all of them: the best of each search"));
  Damage("a/seed-1/result.json");
  Damage("b/seed-1/result.json");
  const Outcome damaged = lode_.Run({"show", Path("a"), Path("missing"), Path("b")});
  EXPECT_EQ(damaged.status, 2);
  EXPECT_THAT(damaged.out, HasSubstr("after 20 steps, 2 seeds: "));
  EXPECT_THAT(damaged.err, HasSubstr(Path("a/seed-1/result.json")));
  EXPECT_THAT(damaged.err, HasSubstr(Path("missing") + ": holds no run"));
  EXPECT_THAT(damaged.err, HasSubstr(Path("b/seed-1/result.json")));
  const Outcome one = lode_.Run({"show", "--json", Path("b")});
  EXPECT_EQ(one.status, 2);
  EXPECT_EQ(json::parse(one.out).at("runs").size(), 2u);
  EXPECT_EQ(json::parse(one.out).at("damages").size(), 1u);
  const Outcome all = lode_.Run({"show", "--json", Path("a"), Path("b")});
  EXPECT_EQ(json::parse(all.out).at("runs").size(), 2u);
}

TEST_F(StoredRunsTest, ResultsAreATableOfAllRuns) {
  const Words grid = {"--seeds", "2", "--set",
                      "grid={\"oracle.dataset\"=[\"cifar10\", \"cifar100\"]}"};
  EXPECT_EQ(Run("out", grid).status, 0);
  const std::vector<Row> rows = Results("out");
  const json runs = json::parse(lode_.Run({"show", "--json", Path("out")}).out).at("runs");
  ASSERT_EQ(rows.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    const json& best = runs.at(i).at("best");
    EXPECT_EQ(rows[i].at("oracle.dataset"),
              runs.at(i).at("point").at("oracle.dataset").get<std::string>());
    EXPECT_EQ(rows[i].at("seed"), runs.at(i).at("seed").dump());
    EXPECT_EQ(rows[i].at("status"), "finished");
    EXPECT_EQ(rows[i].at("steps"), "20");
    EXPECT_EQ(std::stod(rows[i].at("reward")), best.at("reward"));
    EXPECT_EQ(std::stod(rows[i].at("test_accuracy")), best.at("metrics").at("test_accuracy"));
    EXPECT_EQ(rows[i].at("params"), best.at("metrics").at("params").dump());  // an integer
    EXPECT_EQ(rows[i].at("architecture"), best.at("architecture").get<std::string>());
    EXPECT_TRUE(fs::exists(Path("out/" + rows[i].at("directory") + "/run.db")));
  }
  // Resuming a part leaves the rest and what was added.
  EXPECT_EQ(
      lode_.Run({"resume", Path("out/oracle.dataset=cifar10"), "--extend", "steps=30"}).status, 0);
  EXPECT_EQ(Results("out").at(0).at("steps"), "30");
  EXPECT_EQ(Results("out").at(2).at("steps"), "20");
  EXPECT_EQ(Run("short", {"--seeds", "2", "--wall-seconds", "0.000001"}).status, 4);
  EXPECT_EQ(Results("short").at(1).at("status"), "unfinished");
  EXPECT_EQ(Results("short").at(1).at("architecture"), "");
}

// A user's own file with this name is not overwritten.
TEST_F(StoredRunsTest, AnotherFileOfResultsStays) {
  fs::create_directory(directory_.path() / "out");
  std::ofstream(Path("out/results.csv")) << "mine,yours\n";
  const Outcome outcome = Run("out", {"--seed", "1"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.err, HasSubstr("results.csv: is not from Lode"));
  EXPECT_THAT(outcome.out, HasSubstr("kept in "));
  std::ifstream in(Path("out/results.csv"));
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "mine,yours\n");
  EXPECT_EQ(lode_.Run({"show", Path("out")}).status, 0);
}

TEST_F(StoredRunsTest, TheLastLineSaysHowToShowTheBest) {
  const Outcome outcome = Run("out", {"--seeds", "3"});
  const std::string last = Lines(outcome.out).back();
  const json runs = json::parse(lode_.Run({"show", "--json", Path("out")}).out).at("runs");
  json best = runs.at(0);
  for (const json& run : runs) {
    best = run.at("best").at("reward") > best.at("best").at("reward") ? run : best;
  }
  const std::string architecture = best.at("best").at("architecture");
  EXPECT_THAT(last, testing::StartsWith("best: valid_accuracy "));
  EXPECT_THAT(last, HasSubstr(", seed " + best.at("seed").dump() + " at step "));
  EXPECT_THAT(last, testing::EndsWith(": lode show nb201 '" + architecture + "'"));
  EXPECT_EQ(lode_.Run({"show", "nb201", architecture}).status, 0);
  // The space has the search's settings.
  const Outcome other = Run("other", {"--seed", "1", "--set", "space.mutation=node_first"});
  EXPECT_THAT(Lines(other.out).back(), testing::EndsWith("|' --set 'mutation=\"node_first\"'"));
}

}  // namespace
}  // namespace lode::cli

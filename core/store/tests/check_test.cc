// Stored data is as it was written, or `lode check`, `show` and `resume` report that it is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/program.h"
#include "tests/run_database.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

namespace fs = std::filesystem;

std::string ContentOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void Overwrite(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

// Flips one bit of the byte at `at` times the file's size.
void Flip(const fs::path& file, double at) {
  std::string bytes = ContentOf(file);
  char& byte = bytes[static_cast<std::size_t>(at * static_cast<double>(bytes.size()))];
  byte = static_cast<char>(byte ^ 1);
  Overwrite(file, bytes);
}

void ReplaceIn(const fs::path& file, const std::string& from, const std::string& to) {
  std::string text = ContentOf(file);
  ASSERT_NE(text.find(from), std::string::npos) << from;
  Overwrite(file, text.replace(text.find(from), from.size(), to));
}

bool Change(const fs::path& run, const std::string& sql) {
  const std::string command =
      "sqlite3 '" + (run / "run.db").string() + "' \"" + sql + "\" 2> /dev/null";
  return std::system(command.c_str()) == 0;
}

// Returns what the optimizer itself wrote to a policy: all that the first versions had.
std::string BarePolicy(const std::string& policy) {
  return policy.substr(0, policy.rfind("{\"matrices\":"));
}

// Makes the run look like one from the version before checksums.
void MakeOld(const fs::path& run) {
  for (const char* table : {"meta", "metric", "evaluation", "trial", "front", "record"}) {
    ASSERT_TRUE(Change(run, std::string("ALTER TABLE ") + table + " DROP COLUMN _checksum"));
  }
  ASSERT_TRUE(Change(run,
                     "DELETE FROM meta WHERE key IN ('rows', 'schema'); "
                     "UPDATE meta SET value = 3 WHERE key = 'format'"));
  for (const char* name : {"result.json", "versions.json"}) {
    nlohmann::json object = nlohmann::json::parse(ContentOf(run / name));
    object.erase("checksum");
    Overwrite(run / name, object.dump(2));
  }
  const std::string toml = ContentOf(run / "pipeline.toml"), policy = ContentOf(run / "policy");
  Overwrite(run / "pipeline.toml", toml.substr(0, toml.rfind("# checksum")));
  Overwrite(run / "policy", BarePolicy(policy));
}

class CheckTest : public testing::Test {
 protected:
  // A finished search of nine steps that leaves a policy; returns its run.
  fs::path Search(const std::string& out = "out") const {
    const Outcome made =
        lode_.Run({"run", SourceFile("configs/nb201/l2nas.toml").string(), "--seeds", "1", "--out",
                   Path(out).string(), "--set", "budget={steps=9}"});
    EXPECT_EQ(made.status, 0) << made.err;
    return Path(out) / "seed-0";
  }

  // A search followed by a stage that lists what it has found.
  fs::path Stages() const {
    const Outcome made = lode_.Run({"run", SourceFile("tests/search_then_list.toml").string(),
                                    "--out", Path("staged").string()});
    EXPECT_EQ(made.status, 0) << made.err;
    return Path("staged");
  }

  fs::path Path(const std::string& name) const { return directory_.path() / name; }
  Outcome Check(const fs::path& run) const { return lode_.Run({"check", run.string()}); }
  Outcome Show(const fs::path& run) const { return lode_.Run({"show", run.string()}); }
  Outcome Extend(const fs::path& run) const {
    return lode_.Run({"resume", run.string(), "--extend", "steps=12"});
  }

  const TemporaryDirectory directory_;
  const Program lode_{directory_.path()};
};

TEST_F(CheckTest, IntactDataIsReportedAsIntact) {
  const fs::path run = Search();
  EXPECT_EQ(Check(run).out, run.string() + ": intact\n");
  EXPECT_EQ(Check(run.parent_path()).status, 0);
  const Outcome json = lode_.Run({"check", run.string(), "--json"});
  const nlohmann::json found = nlohmann::json::parse(json.out);
  EXPECT_EQ(found[0]["damages"], nlohmann::json::array());
  EXPECT_GT(found[0]["rows"], 18);
  const Outcome none = Check(directory_.path() / "cache");
  EXPECT_EQ(none.status, 2);
  EXPECT_THAT(none.err, HasSubstr("holds no run"));
}

TEST_F(CheckTest, AChangedValueIsFoundByEveryReader) {
  const fs::path run = Search();
  ASSERT_TRUE(Change(run, "UPDATE evaluation SET test_accuracy = 99.5 WHERE id = 7"));
  const char* damage = "run.db: table evaluation, row 7: is damaged: its checksum does not match";
  const Outcome checked = Check(run);
  EXPECT_EQ(checked.status, 1);
  EXPECT_THAT(checked.out, AllOf(HasSubstr(": damaged\n"), HasSubstr(damage)));
  const Outcome shown = Show(run);
  EXPECT_EQ(shown.status, 2);
  EXPECT_THAT(shown.err, HasSubstr(damage));
  const std::string before = Dump(run);
  const Outcome resumed = Extend(run);
  EXPECT_NE(resumed.status, 0);
  EXPECT_THAT(resumed.err + resumed.out, HasSubstr(damage));
  EXPECT_EQ(Dump(run), before);
}

TEST_F(CheckTest, ADamagedFileIsNamed) {
  const fs::path run = Search();
  for (const char* name : {"pipeline.toml", "versions.json", "result.json", "policy"}) {
    const std::string whole = ContentOf(run / name);
    Flip(run / name, 0.4);
    const Outcome checked = Check(run);
    EXPECT_EQ(checked.status, 1) << name;
    EXPECT_THAT(checked.out, HasSubstr((run / name).string() + ": ")) << name;
    Overwrite(run / name, whole);
  }
  EXPECT_EQ(Check(run).status, 0);
  ReplaceIn(run / "result.json", "\"steps\": 9", "\"steps\": 8");
  EXPECT_THAT(Show(run).err, HasSubstr("result.json: is damaged: its checksum does not match"));
}

TEST_F(CheckTest, AnEditedConfigurationIsNotMistakenForTheSearchedOne) {
  const fs::path run = Search();
  ReplaceIn(run / "pipeline.toml", "steps = 9", "steps = 7");
  const Outcome resumed = lode_.Run({"resume", run.string()});
  EXPECT_EQ(resumed.status, 2);
  EXPECT_THAT(resumed.err, HasSubstr("pipeline.toml was edited or damaged after it was written"));
}

TEST_F(CheckTest, StagesAreChecked) {
  const fs::path root = Stages();
  EXPECT_EQ(Check(root).status, 0) << Check(root).out;
  const std::string best = ContentOf(root / "search/best.tsv");
  Flip(root / "search/best.tsv", 0.9);
  const Outcome checked = Check(root);
  EXPECT_EQ(checked.status, 1);
  EXPECT_THAT(checked.out, HasSubstr("search/best.tsv: is damaged"));
  const Outcome resumed = lode_.Run({"resume", root.string()});
  EXPECT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(ContentOf(root / "search/best.tsv"), best);

  ReplaceIn(root / "final/stage.json", "\"finished\": true", "\"finished\": false");
  EXPECT_THAT(Check(root).out, HasSubstr("final/stage.json: is damaged"));
  EXPECT_EQ(lode_.Run({"resume", root.string()}).status, 2);
}

TEST_F(CheckTest, ADamagedPolicyIsNotLoaded) {
  const fs::path run = Search();
  const std::string whole = ContentOf(run / "policy");
  const auto use = [&](const std::string& policy) {
    Overwrite(Path("used"), policy);
    fs::remove_all(Path("next"));
    return lode_.Run({"run", SourceFile("configs/nb201/l2nas.toml").string(), "--seeds", "1",
                      "--out", Path("next").string(), "--set", "budget={steps=3}", "--set",
                      "optimizer.policy=" + Path("used").string()});
  };
  const std::string bare = BarePolicy(whole);
  EXPECT_EQ(use(whole).status, 0);
  EXPECT_EQ(use(bare).status, 0) << "one of an earlier version";
  for (const std::string& damaged :
       {bare + "more", whole + "x", whole.substr(0, whole.size() - 3)}) {
    const Outcome refused = use(damaged);
    EXPECT_NE(refused.status, 0);
    EXPECT_THAT(refused.err + refused.out, HasSubstr("bytes follow its end"));
  }
  std::string changed = whole;
  changed[8] = static_cast<char>(changed[8] ^ 1);
  EXPECT_THAT(use(changed).err, HasSubstr("used: is damaged: its checksum does not match"));
}

TEST_F(CheckTest, RunsWithoutChecksumsOpenAndContinue) {
  const fs::path run = Search();
  MakeOld(run);
  EXPECT_EQ(Show(run).status, 0) << Show(run).err;
  const Outcome checked = Check(run);
  EXPECT_EQ(checked.status, 0);
  EXPECT_THAT(checked.out, AllOf(HasSubstr("no damage found, but these have no checksums"),
                                 HasSubstr(" rows, pipeline.toml, versions.json, result.json, "
                                           "policy\n")));
  const Outcome resumed = Extend(run);
  EXPECT_EQ(resumed.status, 0) << resumed.out << resumed.err;
  EXPECT_THAT(Check(run).out, AllOf(HasSubstr("these have no checksums"), HasSubstr(" rows\n")));
  ASSERT_TRUE(Change(run, "UPDATE evaluation SET test_accuracy = 9 WHERE id = 11"));
  EXPECT_THAT(Check(run).out, HasSubstr("table evaluation, row 11"));
}

// A damaged store without checksums gives an error in one line, or its intact part is shown.
class TamperedStoreTest : public CheckTest {
 protected:
  void ExpectNoCrash(const fs::path& run, const std::string& sql) const {
    const fs::path file = run / "run.db";
    fs::copy_file(file, Path("saved"), fs::copy_options::overwrite_existing);
    if (Change(run, sql)) {
      for (const std::vector<std::string>& arguments :
           {std::vector<std::string>{"show", run.string()}, {"check", run.string()}}) {
        const Outcome outcome = lode_.Run(arguments);
        EXPECT_THAT(outcome.status, AnyOf(0, 1, 2)) << sql << "\n" << outcome.err;
        EXPECT_LE(Lines(outcome.err).size(), 1u) << sql << "\n" << outcome.err;
      }
    }
    for (const char* suffix : {"", "-wal", "-shm"}) { fs::remove(file.string() + suffix); }
    fs::copy_file(Path("saved"), file);
  }
};

TEST_F(TamperedStoreTest, ShowsAnErrorAndNeverCrashes) {
  const fs::path run = Search();
  MakeOld(run);
  // Unfinished, so that its rows are read too.
  ASSERT_TRUE(Change(run, "UPDATE meta SET value = 'interrupted' WHERE key = 'status'"));
  for (const char* table : {"meta", "metric", "evaluation", "trial", "record"}) {
    ExpectNoCrash(run, std::string("DELETE FROM ") + table);
    ExpectNoCrash(run, std::string("DROP TABLE ") + table);
  }
  for (const char* view : {"trials", "best"}) {
    ExpectNoCrash(run, std::string("DROP VIEW ") + view);
  }
  for (const char* column :
       {"meta.value", "metric.name", "metric.direction", "metric.split", "metric.epochs",
        "evaluation.id", "evaluation.architecture", "evaluation.valid_accuracy", "trial.step",
        "trial.reward", "trial.evaluation", "trial.action", "trial.violation"}) {
    const std::string name = column, table = name.substr(0, name.find('.')),
                      field = name.substr(name.find('.') + 1);
    for (const char* value : {"NULL", "'text'", "x'00ff'", "-1", "9e999"}) {
      ExpectNoCrash(run, "UPDATE OR IGNORE " + table + " SET " + field + " = " + value);
    }
  }
}

TEST_F(TamperedStoreTest, AStoreWithoutMetricsIsNamed) {
  const fs::path run = Search();
  MakeOld(run);
  ASSERT_TRUE(Change(run, "DELETE FROM metric"));
  const Outcome shown = Show(run);
  EXPECT_EQ(shown.status, 2);
  EXPECT_THAT(shown.err, HasSubstr("run.db: has no metrics"));
}

}  // namespace
}  // namespace lode::core

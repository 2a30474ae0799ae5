// Tests of `lode new`: what it creates and refuses. tests/newcomer shows that the results build and
// work.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "tests/program.h"
#include "tests/temporary_directory.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

std::set<std::string> NamesIn(const fs::path& directory) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

std::string Text(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

class NewTest : public testing::Test {
 protected:
  NewTest() { fs::create_directory(work_); }

  Outcome New(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "new");
    return lode_.Run(arguments);
  }
  // Expects one line on standard error that ends with `message`, and nothing created.
  void ExpectRefused(const std::vector<std::string>& arguments, const std::string& message) const {
    const auto before = NamesIn(work_);
    const Outcome outcome = New(arguments);
    EXPECT_EQ(outcome.status, 2) << outcome.out;
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(Lines(outcome.err).size(), 1u) << outcome.err;
    EXPECT_TRUE(outcome.err.ends_with(message + "\n")) << outcome.err;
    EXPECT_EQ(NamesIn(work_), before);
  }
  std::string In(const std::string& name) const { return (work_ / name).string(); }

  const TemporaryDirectory dir_;
  const fs::path work_ = dir_.path() / "work";  // the program's own files are next to it
  Program lode_{dir_.path()};
};

TEST_F(NewTest, MakesEveryKindInBothLanguages) {
  const std::set<std::string> common = {"CMakeLists.txt", "README.md", "search.toml"};
  for (const char* kind : {"space", "oracle", "exploration", "optimizer"}) {
    for (const std::string language : {"c", "c++"}) {
      const fs::path target = work_ / (std::string(kind) + language);
      const Outcome outcome =
          New({kind, "thing", "--lang", language, "--directory", target.string()});
      ASSERT_EQ(outcome.status, 0) << outcome.err;
      std::set<std::string> files = {"thing.c", "thing_test.c"};
      if (language == "c++") { files = {"thing.h", "thing.cc", "thing_test.cc"}; }
      files.insert(common.begin(), common.end());
      EXPECT_EQ(NamesIn(target), files);
      for (const std::string& file : files) {
        EXPECT_NE(outcome.out.find(file), std::string::npos) << outcome.out;
        const std::string text = Text(target / file);
        EXPECT_NE(text.find("thing"), std::string::npos) << file;
        for (const char* stand_in : {"my_component", "MyComponent", "my_kind"}) {
          EXPECT_EQ(text.find(stand_in), std::string::npos) << target / file << ": " << stand_in;
        }
      }
    }
  }
}

TEST_F(NewTest, TheClassHasTheNameInCamelCaseAndTheKind) {
  ASSERT_EQ(New({"space", "two_word_2", "--directory", In("a")}).status, 0);
  EXPECT_NE(Text(work_ / "a/two_word_2.h").find("class TwoWord2Space "), std::string::npos);
  ASSERT_EQ(New({"oracle", "fast_oracle", "--directory", In("b")}).status, 0);
  EXPECT_NE(Text(work_ / "b/fast_oracle.h").find("class FastOracle "), std::string::npos);
}

// Names that are placeholders themselves are substituted only once.
TEST_F(NewTest, NamesAreNotReplacedAgain) {
  ASSERT_EQ(New({"space", "my_kind_my_component", "--directory", In("a")}).status, 0);
  EXPECT_NE(Text(work_ / "a/search.toml").find("\"my_kind_my_component\""), std::string::npos);
}

TEST_F(NewTest, SaysHowToContinue) {
  lode_.SetEnvironment("PATH", "/nowhere");
  const std::string build(LODE_BINARY_DIR);
  const Outcome outcome = New({"space", "ring", "--directory", In("a ring/")});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  const std::string at = In("a ring");
  EXPECT_EQ(outcome.out, "made " + at +
                             ": CMakeLists.txt README.md ring.cc ring.h ring_test.cc search.toml\n"
                             "\nNext:\n"
                             "  cmake -S '" +
                             at + "' -B '" + at + "/build' -DCMAKE_PREFIX_PATH=" + build +
                             "\n"
                             "  cmake --build '" +
                             at +
                             "/build'\n"
                             "  ctest --test-dir '" +
                             at +
                             "/build'\n"
                             "  " +
                             build + "/bin/lode --plugin '" + at + "/build/ring.lode.so' run '" +
                             at + "/search.toml'\n");
}

// The program is called by its name, and CMake finds the SDK next to it.
TEST_F(NewTest, SaysLessIfTheProgramIsInPath) {
  const std::string bin = std::string(LODE_BINARY_DIR) + "/bin";
  lode_.SetEnvironment("PATH", "/nowhere:" + bin);
  const std::string at = In("ring");
  const std::string first = "\n  cmake -S " + at + " -B " + at + "/build";
  std::string out = New({"space", "ring", "--directory", at}).out;
  EXPECT_NE(out.find(first + "\n"), std::string::npos) << out;
  EXPECT_NE(out.find("\n  lode --plugin "), std::string::npos) << out;

  fs::create_directory_symlink(bin, work_ / "bin");  // CMake would look in work_
  lode_.SetEnvironment("PATH", In("bin"));
  out = New({"space", "ring", "--directory", In("ring2")}).out;
  EXPECT_NE(out.find("-DCMAKE_PREFIX_PATH="), std::string::npos) << out;
  EXPECT_NE(out.find("\n  lode --plugin "), std::string::npos) << out;
}

TEST_F(NewTest, HelpExplains) {
  const Outcome help = New({"--help"});
  EXPECT_EQ(help.status, 0);
  for (const char* word :
       {"space", "oracle", "exploration", "optimizer", "--lang", "search.toml"}) {
    EXPECT_NE(help.out.find(word), std::string::npos) << word;
  }
}

TEST_F(NewTest, RefusesWrongKindsLanguagesAndNames) {
  ExpectRefused({"spacee", "ring"},
                "lode: KIND: 'spacee' is none of space,oracle,exploration,optimizer; did you mean "
                "'space'? (try lode --help)");
  ExpectRefused({"space", "ring", "--lang", "rust"},
                "lode: --lang: 'rust' is none of c++,c (try lode --help)");
  ExpectRefused({"space", "Ring"}, "name 'Ring': character 1 is none of a-z, 0-9 and _");
  ExpectRefused({"space", "r-ing"}, "name 'r-ing': character 2 is none of a-z, 0-9 and _");
  ExpectRefused({"space", "../ring"}, "name '../ring': character 1 is none of a-z, 0-9 and _");
  ExpectRefused({"space", ""}, "name '' does not begin with a letter from a to z");
  ExpectRefused({"space", "2d"}, "name '2d' does not begin with a letter from a to z");
  ExpectRefused({"space", "test"}, "name 'test' is reserved for a target of CMake");
  EXPECT_EQ(New({"space"}).status, 2);
}

TEST_F(NewTest, RefusesToTouchExistingFiles) {
  fs::create_directory(work_ / "full");
  std::ofstream(work_ / "full/notes") << "mine";
  std::ofstream(work_ / "file") << "mine";
  ExpectRefused({"space", "ring", "--directory", In("full")},
                In("full") + ": exists and is not empty");
  ExpectRefused({"space", "ring", "--directory", In("file")},
                In("file") + ": exists and is not a directory");
  EXPECT_EQ(NamesIn(work_ / "full"), std::set<std::string>{"notes"});
  fs::create_directory(work_ / "empty");
  EXPECT_EQ(New({"space", "ring", "--directory", In("empty")}).status, 0);
  EXPECT_TRUE(fs::exists(work_ / "empty/ring.h"));
}

TEST_F(NewTest, LeavesNothingIfItCannotWrite) {
  EXPECT_EQ(New({"space", "ring", "--directory", "/proc/ring"}).status, 2);
  // A name too long for the file of the plugin, but not for its directory.
  ExpectRefused({"space", std::string(254, 'a'), "--directory", In("long")},
                ": cannot be written: File name too long");
}

}  // namespace
}  // namespace lode::cli

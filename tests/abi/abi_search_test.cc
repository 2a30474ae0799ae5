// The program searches with plugins of older minors and other compilers, with the same result.
#include "core/plugin/loader.h"
#include "tests/abi/plugin_files.h"
#include "tests/program.h"
#include "tests/run_database.h"
#include "tests/temporary_directory.h"

namespace lode {
namespace {

namespace fs = std::filesystem;

const fs::path kSample = kKept / "1.0/sample.lode.so";
const fs::path kCSpace = kKept / "1.0/c_space.lode.so";

class AbiSearch : public testing::TestWithParam<fs::path> {
 protected:
  static bool IsCSpace(const fs::path& file) {
    return core::LoadPlugin(file).id == std::string("lode.test.c_space");
  }

  // Returns every trial of a search with a plugin; the space in C is searched with the kept
  // sample's other components.
  std::string Search(const fs::path& plugin) const {
    const fs::path runs = dir_.path() / ("runs" + std::to_string(searches_++));
    std::vector<std::string> arguments{"--plugin", plugin.string()};
    if (IsCSpace(plugin)) { arguments.insert(arguments.end(), {"--plugin", kSample.string()}); }
    arguments.insert(arguments.end(),
                     {"run", SourceFile("tests/abi/search.toml").string(), "--out", runs.string()});
    if (IsCSpace(plugin)) { arguments.insert(arguments.end(), {"--set", "space.use=c_space"}); }
    const Outcome outcome = lode_.Run(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
    return Select(runs / "seed-0", "SELECT step, architecture, reward, guess, random FROM trials");
  }

  static std::ptrdiff_t FilesNamed(const fs::path& root, const char* name) {
    return std::ranges::count_if(fs::recursive_directory_iterator(root), [&](const auto& entry) {
      return entry.path().filename() == name;
    });
  }

  const TemporaryDirectory dir_;
  const Program lode_{dir_.path()};
  mutable int searches_ = 0;
};

// The best possible, computed by hand: borders count 1.5, 1, 1.5, 1, ... in turn; five beads have
// four of them, and a text like "ca/yxy" has five.
TEST_P(AbiSearch, EqualsThatOfTheKeptPlugin) {
  const std::string trials = Search(GetParam());
  const bool c_space = IsCSpace(GetParam());
  EXPECT_NE(trials.find(c_space ? "|6.5|" : "|5.0|"), std::string::npos) << trials;
  EXPECT_EQ(trials, Search(c_space ? kCSpace : kSample));
}

// What 1.1 added: preparation, an optimum, an optimizer that has nothing more to propose.
TEST_F(AbiSearch, OldPluginsUseWhatTheirMinorAdded) {
  const fs::path runs = dir_.path() / "runs";
  const Outcome outcome =
      lode_.Run({"--plugin", (kKept / "1.1/sample.lode.so").string(), "run",
                 SourceFile("tests/abi/search.toml").string(), "--out", runs.string(), "--set",
                 "optimizer.steps=5", "--set", "exploration.0.chance=0"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(Select(runs / "seed-0", "SELECT count(*) FROM trials"), "5\n");
  EXPECT_NE(outcome.out.find("the optimizer had nothing more to propose"), std::string::npos)
      << outcome.out;
  EXPECT_NE(outcome.out.find("optimum     5.00"), std::string::npos) << outcome.out;
  EXPECT_EQ(FilesNamed(runs / "prepared", "map.txt"), 1);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(AbiSearch);
INSTANTIATE_TEST_SUITE_P(All, AbiSearch, testing::ValuesIn(PluginFiles()), NameOfFile);

}  // namespace
}  // namespace lode

// lode/testing.hpp runs the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <lode/testing.hpp>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <system_error>

#include "tests/built.h"

namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

// The space "tiny" is in a plugin that is not installed.
constexpr const char* kPipeline = R"(
    [pipeline]
    name = "test"
    [space]
    use = "tiny"
    [oracle]
    use = "command"
    command = ["sh", "-c", 'echo "{\"letters\": $(printf %s "$0" | tr -dc a | wc -c)}"', "{architecture}"]
    maximize = ["letters"]
    [reward]
    metric = "letters"
    [optimizer]
    use = "random"
    [budget]
    steps = 5
)";
const std::string kPlugin = LODE_BINARY_DIR "/tests/plugins/choice_spaces.lode.so";

TEST(Search, ReadsTheResultsOfAPipeline) {
  const lode::test::Search search({kPlugin}, lode::BuiltProgram());
  const auto results = search.Results<json>(kPipeline);
  ASSERT_EQ(results["runs"].size(), 1u);
  EXPECT_EQ(results["runs"][0]["steps"], 5);
  EXPECT_EQ(results["runs"][0]["failures"], 0);
  const std::string best = results["runs"][0]["best"]["architecture"];
  EXPECT_EQ(results["runs"][0]["best"]["metrics"]["letters"], std::ranges::count(best, 'a'));
  const auto more = search.Results<json>(kPipeline, {"--set", "pipeline.seeds=2"});
  EXPECT_EQ(more["runs"].size(), 2u);
}

TEST(Search, ShowsWhatTheProgramPrintedWhenItFails) {
  const lode::test::Search search({}, lode::BuiltProgram());
  try {
    search.RunPipeline(kPipeline);
    FAIL();
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(), AllOf(HasSubstr("lode run: status 2\n"), HasSubstr("pipeline.toml:5:"),
                                HasSubstr("'tiny'")));
  }
}

TEST(Search, VerifiesAComponentWithSettings) {
  const lode::test::Search search({}, lode::BuiltProgram());
  const auto listed = lode::BuiltPlugin("listed");
  const std::string list = search.Write("list.txt", "0-0-0-0\n1-0-2-1\n");
  EXPECT_EQ(search.Verify(listed, "listed", {"architectures=" + list}), "");
  // It cannot be checked without them, or does not exist.
  EXPECT_THAT(search.Verify(listed, "listed"), HasSubstr("'architectures' must be set"));
  EXPECT_THAT(search.Verify(listed, "other"), HasSubstr("no component 'other'"));
}

TEST(Program, IsNamedByTheEnvironment) {
  const char* before = std::getenv("LODE_PROGRAM");
  const std::string kept = before != nullptr ? before : "";
  setenv("LODE_PROGRAM", "/somewhere/lode", 1);
  EXPECT_EQ(lode::test::InstalledProgram(), "/somewhere/lode");
  unsetenv("LODE_PROGRAM");
  EXPECT_EQ(lode::test::InstalledProgram(), "lode");
  if (before != nullptr) { setenv("LODE_PROGRAM", kept.c_str(), 1); }
}

TEST(Program, ReportsHowItEnded) {
  const lode::test::TemporaryDirectory directory;
  lode::test::Program shell(directory.path(), "sh");
  shell.SetEnvironment("WORD", "blue");
  const lode::test::Outcome outcome = shell.Run({"-c", "echo $WORD; pwd >&2; exit 7"});
  EXPECT_EQ(outcome.status, 7);
  EXPECT_EQ(outcome.out, "blue\n");
  EXPECT_EQ(outcome.err, directory.path().string() + "\n");
  EXPECT_EQ(shell.Run({"-c", "kill -KILL $$"}).status, 128 + SIGKILL);
  EXPECT_THROW(lode::test::Program(directory.path(), "/nonexistent/lode").Run({}),
               std::system_error);
}

}  // namespace

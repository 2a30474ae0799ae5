// Options that several commands share, and what they become.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/cli/execution_options.h"
#include "core/cli/pipeline_options.h"
#include "core/plugin/error.h"
#include "tests/failure.h"

namespace lode::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Returns the options of a command line.
template <class Options>
Options Parsed(const std::string& line) {
  CLI::App command;
  Options options;
  options.AddTo(command);
  command.parse(line, false);
  return options;
}

std::vector<std::string> OverridesOf(const std::string& line) {
  return Parsed<PipelineOptions>("a.toml " + line).Overrides();
}

TEST(PipelineOptions, SeedsAreANumberOrAList) {
  EXPECT_THAT(OverridesOf(""), IsEmpty());
  EXPECT_THAT(OverridesOf("--seeds 10"), ElementsAre("pipeline.seeds=10"));
  EXPECT_THAT(OverridesOf("--seeds 3,5,8"), ElementsAre("pipeline.seeds=[3,5,8]"));
  EXPECT_THAT(OverridesOf("--seeds 3,"), ElementsAre("pipeline.seeds=[3,]"));  // one, as in TOML
  EXPECT_THAT(OverridesOf("--seed 10"), ElementsAre("pipeline.seeds=[10]"));
  EXPECT_THAT(OverridesOf("--seed 0"), ElementsAre("pipeline.seeds=[0]"));
  EXPECT_THROW(OverridesOf("--seed 1 --seeds 2"), CLI::ExcludesError);
}

TEST(PipelineOptions, SeedsTakePrecedenceOverSettings) {
  EXPECT_THAT(OverridesOf("--seed 1 --set pipeline.seeds=9 --set budget.steps=5"),
              ElementsAre("pipeline.seeds=9", "budget.steps=5", "pipeline.seeds=[1]"));
}

// "lode run --set a=1 p.toml" has one setting and one pipeline.
TEST(PipelineOptions, ASettingIsOneWord) {
  const auto options = Parsed<PipelineOptions>("--set a=1 p.toml q.toml");
  EXPECT_THAT(options.overrides, ElementsAre("a=1"));
  EXPECT_THAT(options.files, ElementsAre("p.toml", "q.toml"));
}

TEST(ExecutionOptions, ABudgetIsExtendedByOverriding) {
  EXPECT_THAT(Parsed<ExecutionOptions>("").Overrides(), IsEmpty());
  EXPECT_THAT(Parsed<ExecutionOptions>("--extend steps=2000").Overrides(),
              ElementsAre("budget.steps=2000"));
  EXPECT_EQ(
      Failure<core::HostError>([] { (void)Parsed<ExecutionOptions>("--extend 2000").Overrides(); }),
      "--extend 2000: expected LIMIT=N, like steps=2000");
}

TEST(ExecutionOptions, StagesAndPlainPipelinesHaveOptionsOfTheirOwn) {
  const auto extend = Parsed<ExecutionOptions>("--extend steps=9");
  EXPECT_THAT(Failure<core::HostError>([&] { extend.RequireFitStages(); }),
              HasSubstr("--extend steps=9: only for pipelines without stages"));
  EXPECT_EQ(Failure<core::HostError>([&] { extend.RequireFitPlainPipelines(); }), "");
  const auto replace = Parsed<ExecutionOptions>("--replace");
  EXPECT_EQ(Failure<core::HostError>([&] { replace.RequireFitStages(); }), "");
  EXPECT_THAT(Failure<core::HostError>([&] { replace.RequireFitPlainPipelines(); }),
              HasSubstr("--replace is only for pipelines with stages"));
}

TEST(ExecutionOptions, NumbersAreChecked) {
  for (const char* line :
       {"-j 0", "-j 1025", "-j -1", "--wall-seconds 0", "--wall-seconds -1", "--progress -1"}) {
    EXPECT_THROW(Parsed<ExecutionOptions>(line), CLI::ValidationError) << line;
  }
  EXPECT_EQ(Parsed<ExecutionOptions>("-j 1024").jobs, 1024u);
  EXPECT_EQ(Parsed<ExecutionOptions>("--wall-seconds 0.5").wall_seconds, 0.5);
  EXPECT_EQ(Parsed<ExecutionOptions>("--progress 0").progress_seconds, 0);
}

}  // namespace
}  // namespace lode::cli

// lode validate: checks pipelines and the files that they read, without running anything.
#include <cstdio>
#include <memory>
#include <string>

#include "core/cli/command.h"
#include "core/cli/output_file.h"
#include "core/cli/pipeline_options.h"
#include "core/config/resolve.h"
#include "core/plugin/log.h"
#include "core/plugin/text.h"
#include "core/run/known_sources.h"
#include "core/run/read_inputs.h"

namespace lode::cli {
namespace {

struct Counts {
  std::size_t stages = 0, searches = 0, runs = 0;
};

Counts Count(const core::Stages& stages) {
  Counts counts{stages.list.size(), 0, 0};
  for (const core::Stage& stage : stages.list) {
    for (const core::Search& search : stage.searches) {
      counts.searches += stage.is_search() ? 1 : 0;
      counts.runs += stage.is_search() ? search.pipeline.seeds.size() : 0;
    }
  }
  return counts;
}

// Without stages, prints each search separately.
void Print(const core::LoadedPipeline& pipeline) {
  if (pipeline.stages.are_stated()) {
    std::printf("%s\n", pipeline.stages.text.c_str());
    return;
  }
  for (const core::Search& search : pipeline.searches()) {
    std::printf("%s\n", core::FormatPipeline(search.pipeline, *pipeline.catalog).c_str());
  }
}

void SayUnchecked(const core::LoadedPipeline& pipeline, const std::vector<std::string>& slow) {
  const std::string file = pipeline.file.string();
  for (const std::string& title : pipeline.unknown) {
    std::string text = file;
    text.append(": not checked: ")
        .append(title)
        .append(
            ": --allow-plugins loads the plugins that [plugins] paths names, --plugin single ones");
    core::Log(LODE_WARNING, text);
  }
  for (const std::string& title : slow) {
    std::string text = file;
    text.append(": not made: ").append(title).append(", which would load LibTorch");
    core::Log(LODE_INFO, text);
  }
}

void Validate(const core::LoadedPipeline& pipeline, bool print) {
  core::CheckKnownSources(pipeline);
  SayUnchecked(pipeline, core::ReadInputs(pipeline));
  if (print) { Print(pipeline); }
  const Counts counts = Count(pipeline.stages);
  const std::string stages =
      pipeline.stages.are_stated() ? "stages: " + std::to_string(counts.stages) + ", " : "";
  std::printf("%s%s: valid, %ssearches: %zu, runs: %zu\n", print ? "# " : "",
              PrintableLine(pipeline.file.string()).c_str(), stages.c_str(), counts.searches,
              counts.runs);
}

}  // namespace

void AddValidate(CLI::App& app, const GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand(
      "validate", "Check pipelines and the files that they read, and report every mistake");
  auto options = std::make_shared<PipelineOptions>();
  options->AddTo(*command);
  auto* print = command->add_flag("--print")->description("Print each search's resolved pipeline");
  auto* allow = AddAllowPlugins(*command);
  AddOutput(*command);
  command->callback([&global, &action, options, print, allow] {
    action = [&global, options, print, allow] {
      const core::AllowedPlugins allowed =
          allow->count() > 0 ? core::AllowedPlugins::kOfFile : core::AllowedPlugins::kKnown;
      for (const core::LoadedPipeline& pipeline : Load(*options, global, allowed)) {
        Validate(pipeline, print->count() > 0);
      }
      return static_cast<int>(kDone);
    };
  });
}

}  // namespace lode::cli

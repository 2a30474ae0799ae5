// lode validate: checks pipelines without running or loading anything.
#include <cstdio>
#include <memory>
#include <string>

#include "core/cli/command.h"
#include "core/cli/pipeline_options.h"
#include "core/config/resolve.h"

namespace lode::cli {
namespace {

struct Counts {
  std::size_t stages = 0, searches = 0, runs = 0;
};

Counts Count(const core::Stages& stages) {
  Counts counts{stages.list.size(), 0, 0};
  for (const core::Stage& stage : stages.list) {
    for (const core::Search& search : stage.searches) {
      counts.searches += stage.is_preparation() ? 0 : 1;
      counts.runs += stage.is_preparation() ? 0 : search.pipeline.seeds.size();
    }
  }
  return counts;
}

// One that has no stages: each of its searches by itself.
void Print(const LoadedPipeline& pipeline) {
  if (pipeline.stages.are_stated()) {
    std::printf("%s\n", pipeline.stages.text.c_str());
    return;
  }
  for (const core::Search& search : pipeline.searches()) {
    std::printf("%s\n", core::FormatPipeline(search.pipeline, *pipeline.index).c_str());
  }
}

}  // namespace

void AddValidate(CLI::App& app, const GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand("validate", "Check pipelines and report every mistake");
  auto options = std::make_shared<PipelineOptions>();
  options->AddTo(*command);
  auto* print =
      command->add_flag("--print")->description("Print each search's resolved configuration");
  command->callback([&global, &action, options, print] {
    action = [&global, options, print] {
      for (const LoadedPipeline& pipeline : Load(*options, global)) {
        const Counts counts = Count(pipeline.stages);
        if (*print) {
          Print(pipeline);
        }
        const std::string stages =
            pipeline.stages.are_stated() ? "stages: " + std::to_string(counts.stages) + ", " : "";
        std::printf("%s%s: valid, %ssearches: %zu, runs: %zu\n", *print ? "# " : "",
                    pipeline.file.c_str(), stages.c_str(), counts.searches, counts.runs);
      }
      return static_cast<int>(kDone);
    };
  });
}

}  // namespace lode::cli

// lode validate: checks pipelines without running or loading anything.
#include <cstdio>
#include <memory>

#include "core/cli/command.h"
#include "core/cli/pipeline_options.h"
#include "core/config/resolve.h"

namespace lode::cli {

void AddValidate(CLI::App& app, const GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand("validate", "Check pipelines and report every mistake");
  auto options = std::make_shared<PipelineOptions>();
  options->AddTo(*command);
  auto* print =
      command->add_flag("--print")->description("Print each search's resolved configuration");
  command->callback([&global, &action, options, print] {
    action = [&global, options, print] {
      for (const LoadedPipeline& pipeline : Load(*options, global)) {
        std::size_t runs = 0;
        for (const core::Search& search : pipeline.searches) {
          runs += search.pipeline.seeds.size();
          if (*print) {
            std::printf("%s\n", core::FormatPipeline(search.pipeline, *pipeline.index).c_str());
          }
        }
        std::printf("%s%s: valid, searches: %zu, runs: %zu\n", *print ? "# " : "",
                    pipeline.file.c_str(), pipeline.searches.size(), runs);
      }
      return static_cast<int>(kDone);
    };
  });
}

}  // namespace lode::cli

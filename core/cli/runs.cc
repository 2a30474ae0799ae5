// lode runs: lists the contents of a directory of runs, newest first.
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>
#include <vector>

#include "core/cli/command.h"
#include "core/cli/output_file.h"
#include "core/cli/terminal.h"
#include "core/plugin/error.h"
#include "core/plugin/text.h"
#include "core/report/render_json.h"
#include "core/report/render_text.h"
#include "core/run/list_pipelines.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kRunsName[] = "runs";

int ListRuns(const fs::path& directory, bool json) {
  std::error_code error;
  const bool is_there = fs::is_directory(directory, error);
  if (!is_there && directory != kRunsName) {
    throw core::HostError(directory.string() + ": is not a directory");
  }
  const std::vector<core::PipelineStanding> all = core::ListPipelines(directory);
  if (json) {
    std::printf("%s\n", core::FormatJson(core::ToJson(all), 2).c_str());
  } else if (all.empty()) {
    std::printf("no runs in %s\n", PrintableLine(directory.string()).c_str());
  } else {
    std::printf("%s", core::FormatPipelines(all, OutputWidth()).c_str());
  }
  return kDone;
}

}  // namespace

void AddRuns(CLI::App& app, const GlobalOptions&, Action& action) {
  auto* command = app.add_subcommand(
      "runs",
      "List the runs in a directory, newest first: state, progress, the best, and how to continue");
  auto directory = std::make_shared<fs::path>(kRunsName);
  command->add_option("DIR", *directory, "The directory (default: runs)")->type_name("DIR");
  auto* json = command->add_flag("--json")->description("Print the list as JSON");
  AddOutput(*command);
  command->callback([&action, directory, json] {
    action = [directory, json] { return ListRuns(*directory, json->count() > 0); };
  });
}

}  // namespace lode::cli

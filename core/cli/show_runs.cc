#include "core/cli/show_runs.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/cli/command.h"
#include "core/cli/terminal.h"
#include "core/compare/compare_stages.h"
#include "core/plugin/text.h"
#include "core/report/render_json.h"
#include "core/report/render_text.h"
#include "core/run/run_results.h"
#include "core/run/stored_runs.h"

namespace lode::cli {
namespace {

// An error in one of several directories does not hide the others.
std::vector<core::StoredRuns> LookAtAll(const std::vector<std::filesystem::path>& directories) {
  std::vector<core::StoredRuns> all;
  for (const std::filesystem::path& directory : directories) {
    try {
      all.push_back(core::LookAtRuns(directory, true));
    } catch (const std::exception& e) {
      if (directories.size() == 1) { throw; }
      core::StoredRuns damaged{directory};
      damaged.damages = {e.what()};
      all.push_back(std::move(damaged));
    }
  }
  return all;
}

// The comparisons that pipelines with stages ask for.
std::vector<core::AskedComparison> AskedBy(const std::vector<core::StoredRuns>& stored) {
  std::vector<core::AskedComparison> all;
  for (const core::StoredRuns& runs : stored) {
    if (!runs.stages) { continue; }
    std::ranges::move(core::CompareAsked(runs.stages->stages), std::back_inserter(all));
  }
  return all;
}

void Print(const std::vector<core::DirectoryResults>& all,
           const std::vector<core::AskedComparison>& asked, bool json) {
  if (json) {
    nlohmann::json out = core::ToJson(all);
    if (!asked.empty()) { out["compared"] = core::ToJson(asked); }
    std::printf("%s\n", core::FormatJson(out, 2).c_str());
    return;
  }
  std::printf("%s%s",
              (all.size() == 1 ? core::FormatDirectory(all.front(), OutputWidth())
                               : core::FormatDirectories(all, OutputWidth()))
                  .c_str(),
              core::FormatAsked(asked, OutputWidth()).c_str());
}

}  // namespace

int ShowRuns(const std::vector<std::filesystem::path>& directories, bool json) {
  const std::vector<core::StoredRuns> stored = LookAtAll(directories);
  std::vector<core::DirectoryResults> all;
  std::ranges::transform(stored, std::back_inserter(all), core::ResultsOf);
  Print(all, AskedBy(stored), json);
  int status = kDone;
  for (const core::DirectoryResults& results : all) {
    for (const std::string& damage : results.damages) {
      std::fprintf(stderr, "lode: %s\n", PrintableText(damage).c_str());
      status = kUsage;
    }
  }
  return status;
}

}  // namespace lode::cli

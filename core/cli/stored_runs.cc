#include "core/cli/stored_runs.h"

#include <charconv>
#include <map>
#include <string_view>
#include <utility>

#include "core/plugin/error.h"
#include "core/store/run_directory.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

// Loads the pipeline of the first run of a search: the others are its seeds.
LoadedPipeline LoadSearch(const std::vector<fs::path>& runs,
                          const std::vector<std::string>& overrides, const GlobalOptions& global,
                          Plugins plugins) {
  LoadedPipeline loaded = LoadKept(runs.front(), overrides, global, plugins);
  loaded.stages.list.front().searches.front().point = core::PointOfRun(runs.front());
  return loaded;
}

// Plugins that were not loaded here are not to be loaded by worker processes either.
void ForgetPlugins(core::Stages& stages) {
  for (core::Stage& stage : stages.list) {
    for (core::Search& search : stage.searches) {
      search.pipeline.plugins.clear();
    }
  }
}

std::uint64_t SeedOf(const fs::path& run) {
  constexpr std::string_view kPrefix = "seed-";
  const std::string name = run.filename().string();
  const char* const end = name.data() + name.size();
  std::uint64_t seed = 0;
  if (!name.starts_with(kPrefix) ||
      std::from_chars(name.data() + kPrefix.size(), end, seed).ptr != end) {
    throw core::HostError(run.string() + ": expected the name of a run, like seed-0");
  }
  return seed;
}

}  // namespace

LoadedPipeline LoadKept(const fs::path& directory, const std::vector<std::string>& overrides,
                        const GlobalOptions& global, Plugins plugins) {
  PipelineOptions options;
  options.files = {directory / core::kPipelineFile};
  options.overrides = overrides;
  LoadedPipeline loaded = std::move(Load(options, global, plugins).front());
  if (plugins != Plugins::kKnown) {
    return loaded;
  }
  if (!loaded.unknown.empty()) {
    throw core::HostError(directory.string() +
                          ": belongs to somebody else, so the plugins that its "
                          "pipeline names are not loaded, and there is no " +
                          loaded.unknown.front() +
                          " without them: --allow-plugins loads them, --plugin one of them");
  }
  ForgetPlugins(loaded.stages);
  return loaded;
}

Plan PlanOf(const fs::path& directory, const std::vector<std::string>& overrides,
            const GlobalOptions& global, Plugins plugins) {
  std::map<fs::path, std::vector<fs::path>> searches;
  for (const fs::path& run : core::FindRuns(fs::absolute(directory).lexically_normal())) {
    searches[run.parent_path()].push_back(run);
  }
  if (searches.empty()) {
    throw core::HostError(directory.string() + ": holds no run");
  }
  Plan plan;
  plan.directories = {directory};
  plan.pipelines.reserve(searches.size());
  plan.results.reserve(searches.size());
  for (const auto& [parent, runs] : searches) {
    const LoadedPipeline& loaded =
        plan.pipelines.emplace_back(LoadSearch(runs, overrides, global, plugins));
    core::SearchResult& result =
        plan.results.emplace_back(core::SearchResult{&loaded.searches().front(), {}, {}});
    for (const fs::path& run : runs) {
      plan.Add(result, *loaded.index, SeedOf(run), run, core::RootOfRun(run));
    }
  }
  return plan;
}

}  // namespace lode::cli

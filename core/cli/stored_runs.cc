#include "core/cli/stored_runs.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/config/resolve.h"
#include "core/plugin/error.h"
#include "core/store/run_directory.h"
#include "core/store/run_plan.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

// Seeds of one pipeline, in one directory.
struct StoredSearch {
  std::map<std::uint64_t, fs::path> runs;
  fs::path described;                            // one that is there; empty if none is
  std::optional<core::PlannedSearch> planned{};  // if some may not be there
};

// Runs that have not begun become as those that are there: if they were planned otherwise, somebody
// has to decide. Those that are there may have been extended.
void CheckPlan(const StoredSearch& search, const core::Pipeline& pipeline,
               const core::Catalog& catalog) {
  const bool are_all_there = std::ranges::all_of(
      search.runs, [](const auto& run) { return fs::exists(run.second / core::kPipelineFile); });
  const std::string planned = core::FormatAnew(search.planned->pipeline, {}, catalog);
  const std::string change =
      core::CompareConfigurations(core::FormatPipeline(pipeline, catalog), planned, true).trials;
  if (!are_all_there && !change.empty()) {
    throw core::HostError(search.described.parent_path().string() +
                          ": holds other runs than those that were planned: " + change +
                          "; `lode run` with --fresh replaces them");
  }
}

// Plugins that were not loaded here are not to be loaded by worker processes either.
void ForgetPlugins(core::Stages& stages) {
  for (core::Stage& stage : stages.list) {
    for (core::Search& search : stage.searches) {
      search.pipeline.plugins.clear();
    }
  }
}

LoadedPipeline LoadKeptDocument(const core::Document& document, const fs::path& file,
                                const fs::path& directory, const GlobalOptions& global,
                                Plugins plugins) {
  LoadedPipeline loaded = Load(document, file, global, plugins);
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

LoadedPipeline LoadSearch(const StoredSearch& search, const std::vector<std::string>& overrides,
                          const GlobalOptions& global, Plugins plugins) {
  const bool is_there = !search.described.empty();
  LoadedPipeline loaded =
      is_there ? LoadKept(search.described, overrides, global, plugins)
               : LoadKeptDocument(
                     core::Document::FromText(search.planned->pipeline, core::kPlanFile, overrides),
                     core::kPlanFile, search.runs.begin()->second.parent_path(), global, plugins);
  core::Search& resolved = loaded.stages.list.front().searches.front();
  resolved.point = is_there ? core::PointOfRun(search.described) : search.planned->point;
  if (is_there && search.planned) {
    CheckPlan(search, resolved.pipeline, *loaded.index);
  }
  return loaded;
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

std::vector<fs::path> PlansOf(const fs::path& directory) {
  std::vector<fs::path> plans;
  std::error_code error;
  for (fs::recursive_directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    if (at->path().filename() == core::kPlanFile) {
      plans.push_back(at->path().parent_path());
    }
  }
  fs::path above = directory;
  for (int steps = 0; steps < 3 && above.has_relative_path(); ++steps) {
    above = above.parent_path();
    if (fs::exists(above / core::kPlanFile, error)) {
      plans.push_back(above);
      break;
    }
  }
  return plans;
}

bool IsWithin(const fs::path& path, const fs::path& directory) {
  return std::ranges::mismatch(directory, path).in1 == directory.end();
}

namespace {

// By the directory that holds the runs.
std::map<fs::path, StoredSearch> SearchesIn(const fs::path& directory) {
  std::map<fs::path, StoredSearch> searches;
  for (const fs::path& run : core::FindRuns(directory)) {
    StoredSearch& search = searches[run.parent_path()];
    search.runs.emplace(SeedOf(run), run);
    search.described = search.described.empty() ? run : search.described;
  }
  for (const fs::path& root : PlansOf(directory)) {
    for (const core::PlannedSearch& planned : core::ReadPlan(root)) {
      const fs::path parent = Normal(root / planned.directory);
      for (const std::uint64_t seed : planned.seeds) {
        const fs::path run = parent / ("seed-" + std::to_string(seed));
        if (IsWithin(run, directory)) {
          searches[parent].runs.emplace(seed, run);
          searches[parent].planned = planned;
        }
      }
    }
  }
  return searches;
}

}  // namespace

LoadedPipeline LoadKept(const fs::path& directory, const std::vector<std::string>& overrides,
                        const GlobalOptions& global, Plugins plugins) {
  const fs::path file = directory / core::kPipelineFile;
  return LoadKeptDocument(core::Document::Read(file, overrides), file, directory, global, plugins);
}

std::vector<fs::path> RootsIn(const fs::path& directory) {
  std::set<fs::path> roots;
  for (const fs::path& run : core::FindRuns(Normal(directory))) {
    roots.insert(core::RootOfRun(run));
  }
  for (const fs::path& plan : PlansOf(Normal(directory))) {
    roots.insert(plan);
  }
  return {roots.begin(), roots.end()};
}

namespace {

using Loader = std::function<std::optional<LoadedPipeline>(const StoredSearch&)>;

// Of the searches that `load` returns something for.
Plan MakePlan(const fs::path& directory, const std::map<fs::path, StoredSearch>& searches,
              const Loader& load) {
  if (searches.empty()) {
    throw core::HostError(directory.string() + ": holds no run");
  }
  Plan plan;
  plan.directories = {directory};
  plan.pipelines.reserve(searches.size());
  plan.results.reserve(searches.size());
  for (const auto& [parent, search] : searches) {
    std::optional<LoadedPipeline> read = load(search);
    if (!read) {
      continue;
    }
    const LoadedPipeline& loaded = plan.pipelines.emplace_back(std::move(*read));
    const core::Search& first = loaded.searches().front();
    core::SearchResult& result = plan.results.emplace_back(core::SearchResult{&first, {}, {}});
    const fs::path root = first.point.empty() ? parent : parent.parent_path();
    for (const auto& [seed, run] : search.runs) {
      plan.Add(result, *loaded.index, seed, run, root);
    }
  }
  return plan;
}

}  // namespace

Plan PlanOf(const fs::path& directory, const std::vector<std::string>& overrides,
            const GlobalOptions& global, Plugins plugins) {
  return MakePlan(directory, SearchesIn(Normal(directory)), [&](const StoredSearch& search) {
    return LoadSearch(search, overrides, global, plugins);
  });
}

Plan ReadablePlanOf(const fs::path& directory, std::vector<std::string>& damages) {
  return MakePlan(directory, SearchesIn(Normal(directory)),
                  [&](const StoredSearch& search) -> std::optional<LoadedPipeline> {
                    try {
                      return LoadSearch(search, {}, {}, Plugins::kNone);
                    } catch (const std::exception& e) {
                      damages.emplace_back(e.what());
                      return std::nullopt;
                    }
                  });
}

}  // namespace lode::cli

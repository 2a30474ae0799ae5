#include "core/run/stored_plan.h"

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
#include "core/run/directory_locks.h"
#include "core/store/run_directory.h"
#include "core/store/run_plan.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

// The seeds of one pipeline in one directory.
struct SearchToLoad {
  std::map<std::uint64_t, fs::path> runs;
  fs::path described;                      // an existing run; empty if there is none
  std::optional<PlannedSearch> planned{};  // set if some runs may be missing
};

// Runs that have not begun are made like the existing ones. Throws HostError if they were planned
// differently: the user has to decide. Existing runs may have been extended.
void CheckPlan(const SearchToLoad& search, const Pipeline& pipeline, const Catalog& catalog) {
  const bool are_all_there = std::ranges::all_of(
      search.runs, [](const auto& run) { return fs::exists(run.second / kPipelineFile); });
  const std::string planned = FormatAnew(search.planned->pipeline, {}, catalog);
  const std::string change =
      CompareConfigurations(FormatPipeline(pipeline, catalog), planned, true).trials;
  if (!are_all_there && !change.empty()) {
    throw HostError(search.described.parent_path().string() +
                    ": the runs here differ from the planned ones: " + change +
                    "; `lode run` with --fresh replaces them");
  }
}

// Keeps worker processes from loading plugins that were not loaded here.
void ForgetPlugins(Stages& stages) {
  for (Stage& stage : stages.list) {
    for (Search& search : stage.searches) { search.pipeline.plugins.clear(); }
  }
}

LoadedPipeline LoadStoredDocument(const Document& document, const fs::path& file,
                                  const fs::path& directory, const StoredLoading& loading) {
  LoadedPipeline loaded = LoadPipeline(document, file, loading.plugins, loading.allowed);
  if (loading.allowed != AllowedPlugins::kKnown) { return loaded; }
  if (!loaded.unknown.empty()) {
    throw HostError(directory.string() +
                    ": belongs to somebody else, so the plugins that its "
                    "pipeline names are not loaded, and there is no " +
                    loaded.unknown.front() +
                    " without them: --allow-plugins loads them, --plugin one of them");
  }
  ForgetPlugins(loaded.stages);
  return loaded;
}

// Loads a search of which no run has begun, as it was planned.
LoadedPipeline LoadPlanned(const SearchToLoad& search, const StoredLoading& loading) {
  return LoadStoredDocument(
      Document::FromText(search.planned->pipeline, kPlanFile, loading.overrides), kPlanFile,
      search.runs.begin()->second.parent_path(), loading);
}

LoadedPipeline LoadSearch(const SearchToLoad& search, const StoredLoading& loading) {
  const bool is_there = !search.described.empty();
  LoadedPipeline loaded =
      is_there ? LoadStored(search.described, loading) : LoadPlanned(search, loading);
  Search& resolved = loaded.stages.list.front().searches.front();
  resolved.point = is_there ? PointOfRun(search.described) : search.planned->point;
  if (is_there && search.planned) { CheckPlan(search, resolved.pipeline, *loaded.catalog); }
  return loaded;
}

std::uint64_t SeedOf(const fs::path& run) {
  constexpr std::string_view kPrefix = "seed-";
  const std::string name = run.filename().string();
  const char* const end = name.data() + name.size();
  std::uint64_t seed = 0;
  if (!name.starts_with(kPrefix) ||
      std::from_chars(name.data() + kPrefix.size(), end, seed).ptr != end) {
    throw HostError(run.string() + ": expected the name of a run, like seed-0");
  }
  return seed;
}

// Returns the searches, keyed by the directory that holds their runs.
std::map<fs::path, SearchToLoad> SearchesIn(const fs::path& directory) {
  std::map<fs::path, SearchToLoad> searches;
  for (const fs::path& run : FindRuns(directory)) {
    SearchToLoad& search = searches[run.parent_path()];
    search.runs.emplace(SeedOf(run), run);
    search.described = search.described.empty() ? run : search.described;
  }
  for (const fs::path& root : PlansOf(directory)) {
    for (const PlannedSearch& planned : ReadPlan(root)) {
      const fs::path parent = NormalPath(root / planned.directory);
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

using Loader = std::function<std::optional<LoadedPipeline>(const SearchToLoad&)>;

// Plans the searches for which `load` returns a pipeline.
Plan MakePlan(const fs::path& directory, const std::map<fs::path, SearchToLoad>& searches,
              const Loader& load) {
  if (searches.empty()) { throw HostError(directory.string() + ": holds no run"); }
  Plan plan;
  plan.directories = {directory};
  plan.pipelines.reserve(searches.size());
  plan.results.reserve(searches.size());
  for (const auto& [parent, search] : searches) {
    std::optional<LoadedPipeline> read = load(search);
    if (!read) { continue; }
    const LoadedPipeline& loaded = plan.pipelines.emplace_back(std::move(*read));
    const Search& first = loaded.searches().front();
    SearchResult& result = plan.results.emplace_back(SearchResult{&first, {}, {}});
    const fs::path root = first.point.empty() ? parent : parent.parent_path();
    for (const auto& [seed, run] : search.runs) {
      plan.Add(result, *loaded.catalog, seed, run, root);
    }
  }
  return plan;
}

}  // namespace

std::vector<fs::path> PlansOf(const fs::path& directory) {
  std::vector<fs::path> plans;
  std::error_code error;
  for (fs::recursive_directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    if (at->path().filename() == kPlanFile) { plans.push_back(at->path().parent_path()); }
  }
  fs::path above = directory;
  for (int steps = 0; steps < 3 && above.has_relative_path(); ++steps) {
    above = above.parent_path();
    if (fs::exists(above / kPlanFile, error)) {
      plans.push_back(above);
      break;
    }
  }
  return plans;
}

bool IsWithin(const fs::path& path, const fs::path& directory) {
  return std::ranges::mismatch(directory, path).in1 == directory.end();
}

LoadedPipeline LoadStored(const fs::path& directory, const StoredLoading& loading) {
  const fs::path file = directory / kPipelineFile;
  return LoadStoredDocument(Document::Read(file, loading.overrides), file, directory, loading);
}

std::vector<fs::path> RootsIn(const fs::path& directory) {
  std::set<fs::path> roots;
  for (const fs::path& run : FindRuns(NormalPath(directory))) { roots.insert(RootOfRun(run)); }
  for (const fs::path& plan : PlansOf(NormalPath(directory))) { roots.insert(plan); }
  return {roots.begin(), roots.end()};
}

Plan PlanStored(const fs::path& directory, const StoredLoading& loading) {
  return MakePlan(directory, SearchesIn(NormalPath(directory)),
                  [&](const SearchToLoad& search) { return LoadSearch(search, loading); });
}

Plan PlanReadable(const fs::path& directory, std::vector<std::string>& damages) {
  return MakePlan(directory, SearchesIn(NormalPath(directory)),
                  [&](const SearchToLoad& search) -> std::optional<LoadedPipeline> {
                    try {
                      return LoadSearch(search, {});
                    } catch (const std::exception& e) {
                      damages.emplace_back(e.what());
                      return std::nullopt;
                    }
                  });
}

}  // namespace lode::core

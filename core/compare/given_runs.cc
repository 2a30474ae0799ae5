#include "core/compare/given_runs.h"

#include <algorithm>
#include <utility>

#include "core/plugin/error.h"
#include "core/report/result_words.h"
#include "core/run/directory_locks.h"

namespace lode::core {
namespace {

// Returns the given runs of a result.
SearchResult Given(const SearchResult& result, const Plan& plan, const GivenDirectory& from,
                   std::vector<std::filesystem::path>& directories) {
  SearchResult given{result.search, result.metrics, {}};
  for (const RunResult& run : result.runs) {
    const auto planned = std::ranges::find_if(plan.runs, [&](const PlannedRun& one) {
      return one.search == result.search && one.seed == run.seed;
    });
    if (from.Gives(planned->directory)) {
      given.runs.push_back(run);
      directories.push_back(planned->directory);
    }
  }
  return given;
}

}  // namespace

bool GivenDirectory::Gives(const std::filesystem::path& run) const {
  return only.empty() || only.contains(NormalPath(run));
}

GivenRuns::GivenRuns(std::vector<GivenDirectory> directories)
    : directories_(std::move(directories)) {
  for (const GivenDirectory& from : directories_) { Add(from); }
}

void GivenRuns::Add(const GivenDirectory& from) {
  StoredRuns& stored = stored_.emplace_back(LookAtRuns(from.path, true));
  for (SearchResult& result : stored.plan.results) {
    std::vector<std::filesystem::path> directories;
    result = Given(result, stored.plan, from, directories);
    if (!directories.empty()) { searches_.push_back({&from, &result, std::move(directories)}); }
  }
  for (const UnfinishedRun& run : stored.unfinished) {
    if (from.Gives(run.directory)) { unfinished_.push_back(DescribeUnfinished(run)); }
  }
  damages_.insert(damages_.end(), stored.damages.begin(), stored.damages.end());
}

}  // namespace lode::core

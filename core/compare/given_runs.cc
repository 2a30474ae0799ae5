#include "core/compare/given_runs.h"

#include <algorithm>
#include <utility>

#include "core/plugin/error.h"
#include "core/report/result_words.h"

namespace lode::core {
namespace {

std::vector<std::filesystem::path> DirectoriesOf(const SearchResult& result, const Plan& plan) {
  std::vector<std::filesystem::path> directories;
  for (const RunResult& run : result.runs) {
    const auto planned = std::ranges::find_if(plan.runs, [&](const PlannedRun& one) {
      return one.search == result.search && one.seed == run.seed;
    });
    directories.push_back(planned->directory);
  }
  return directories;
}

}  // namespace

GivenRuns::GivenRuns(std::vector<GivenDirectory> directories)
    : directories_(std::move(directories)) {
  for (const GivenDirectory& from : directories_) { Add(from); }
}

void GivenRuns::Add(const GivenDirectory& from) {
  const StoredRuns& stored = stored_.emplace_back(LookAtRuns(from.path, true));
  for (const SearchResult& result : stored.plan.results) {
    searches_.push_back({&from, &result, DirectoriesOf(result, stored.plan)});
  }
  for (const UnfinishedRun& run : stored.unfinished) {
    unfinished_.push_back(DescribeUnfinished(run));
  }
  damages_.insert(damages_.end(), stored.damages.begin(), stored.damages.end());
}

}  // namespace lode::core

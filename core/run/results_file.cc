#include "core/run/results_file.h"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <fstream>
#include <map>
#include <string>
#include <system_error>
#include <vector>

#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/report/render_csv.h"
#include "core/report/standings.h"
#include "core/run/directory_locks.h"
#include "core/run/stored_runs.h"
#include "core/store/run_lock.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

// Returns the results of the searches whose runs have ended.
std::map<const Search*, const SearchResult*> ResultsBySearch(const StoredRuns& stored) {
  std::map<const Search*, const SearchResult*> results;
  for (const SearchResult& result : stored.plan.results) {
    results.emplace(result.search, &result);
  }
  return results;
}

const RunResult* FindEnded(const SearchResult& result, std::uint64_t seed) {
  const auto found = std::ranges::find(result.runs, seed, &RunResult::seed);
  return found != result.runs.end() ? &*found : nullptr;
}

RunRow RowOf(const PlannedRun& run, const StoredRuns& stored) {
  const fs::path place = run.directory.lexically_relative(NormalPath(stored.directory));
  return {.search = run.search,
          .seed = run.seed,
          .stage = stored.stages ? place.begin()->string() : "",
          .directory = place};
}

// Returns all runs in the plan's order, in which the unfinished ones are, too.
std::vector<RunRow> RowsOf(const StoredRuns& stored) {
  const auto results = ResultsBySearch(stored);
  auto unfinished = stored.unfinished.begin();
  std::vector<RunRow> rows;
  for (const PlannedRun& run : stored.plan.runs) {
    RunRow& row = rows.emplace_back(RowOf(run, stored));
    const auto result = results.find(run.search);
    if (unfinished != stored.unfinished.end() && unfinished->directory == run.directory) {
      row.metrics = unfinished->metrics;
      row.state = &*unfinished++;
    } else if (const RunResult* ended =
                   result != results.end() ? FindEnded(*result->second, run.seed) : nullptr) {
      row.metrics = result->second->metrics;
      row.state = ended;
    }
  }
  return rows;
}

bool IsAnothers(const fs::path& file) {
  std::string beginning(kCsvBeginning.size(), '\0');
  std::ifstream in(file, std::ios::binary);
  in.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  return fs::exists(file) && beginning != kCsvBeginning;
}

}  // namespace

void WriteResultsFile(const fs::path& directory) {
  const fs::path file = directory / kResultsFile;
  if (IsAnothers(file)) {
    throw HostError(file.string() +
                    ": is not from Lode and stays as it is; the results are not in it");
  }
  const PlanLock lock(directory);  // whoever writes last has seen what the others added
  const StoredRuns stored = LookAtRuns(directory, false);
  WriteFile(file, FormatCsv(RowsOf(stored), stored.stages.has_value()));
  if (!stored.damages.empty()) {
    throw HostError(file.string() + ": lacks what could not be read: " + stored.damages.front() +
                    (stored.damages.size() == 1
                         ? ""
                         : ", and " + std::to_string(stored.damages.size() - 1) + " more"));
  }
}

Completion KeepResults(const std::set<fs::path>& directories, Completion completion,
                       RunListener& listener) {
  for (const fs::path& directory : directories) {
    std::error_code error;
    if (!fs::exists(directory, error)) {  // removed meanwhile; the runs report that themselves
      continue;
    }
    try {
      WriteResultsFile(directory);
    } catch (const std::exception& e) {
      listener.OnWarning({RunWarning::Kind::kNotice, e.what()});
      completion = completion == Completion::kDone ? Completion::kFailed : completion;
    }
  }
  return completion;
}

}  // namespace lode::core

#include "core/cli/run_tables.h"

#include <cstdio>

#include "core/cli/terminal.h"
#include "core/report/summary.h"

namespace lode::cli {

void PrintTables(const std::vector<core::SearchResult>& results) {
  for (const core::SearchResult& result : results) {
    std::printf("%s\n", core::FormatRuns(result, OutputWidth()).c_str());
  }
  if (results.size() > 1 ||
      (!results.empty() && !results.front().search->pipeline.references.empty())) {
    std::printf("%s\n", core::FormatComparison(results, OutputWidth()).c_str());
  }
}

}  // namespace lode::cli

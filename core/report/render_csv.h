// Lays out runs as CSV, for pandas, R and spreadsheets.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/report/standings.h"

namespace lode::core {

// The beginning of what FormatCsv returns.
inline constexpr std::string_view kCsvBeginning = "pipeline,space,oracle,optimizer,";

// Returns a line of titles and one per run, in the order of the rows: its identity (pipeline,
// components, stage, the paths of [grid], seed), how it ended (status, steps, queries, failures),
// and its best so far (step, reward, all metrics, architecture). Missing values are empty. A run
// that cannot be read has no line. `has_stages`: of a pipeline with stages.
std::string FormatCsv(const std::vector<RunRow>& rows, bool has_stages);

}  // namespace lode::core

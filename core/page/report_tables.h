// The tables of a report, for papers, spreadsheets and terminals.
#pragma once

#include <cstddef>
#include <string>

#include "core/compare/given_runs.h"
#include "core/report/columns.h"

namespace lode::core {

// Return the tables of `lode show`, then those of `lode compare` if there are methods to compare:
// as text of at most `width` columns, as Markdown for GitHub, and as LaTeX for \input.
std::string ReportText(const GivenRuns& given, std::size_t width = kUnlimited);
std::string ReportMarkdown(const GivenRuns& given);
std::string ReportLatex(const GivenRuns& given);

// Returns a line for each run, as render_csv.h describes.
std::string ReportCsv(const GivenRuns& given);

}  // namespace lode::core

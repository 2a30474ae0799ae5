#include "core/page/report_tables.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "core/compare/compare_runs.h"
#include "core/compare/render_comparison.h"
#include "core/page/stage_data.h"
#include "core/plugin/error.h"
#include "core/report/render_csv.h"
#include "core/report/result_words.h"

namespace lode::core {
namespace {

ComparisonSection ResultsOf(const SearchSummary& summary) {
  ComparisonSection section{summary.pipeline().name, {RunsTable(summary)}, {}};
  const std::string point = PointText(summary.search());
  if (!point.empty()) { section.title += " " + point; }
  if (auto front = FrontTable(summary)) { section.tables.push_back(std::move(*front)); }
  return section;
}

// Methods without a common task have no comparison.
std::vector<ComparisonSection> ComparedOf(const GivenRuns& given) {
  if (given.searches().size() < 2) { return {}; }
  try {
    return SectionsOf(CompareRuns(given, {}));
  } catch (const HostError& e) { return {{"Not compared", {}, {e.what()}}}; }
}

std::vector<ComparisonSection> AllSections(const GivenRuns& given) {
  std::vector<SearchSummary> summaries;
  for (const GivenSearch& search : given.searches()) { summaries.emplace_back(*search.result); }
  std::vector<ComparisonSection> sections = {{"Results", {ComparisonTable(summaries)}, {}}};
  std::ranges::transform(summaries, std::back_inserter(sections), ResultsOf);
  for (const StoredRuns& stored : given.stored()) {
    std::vector<TitledTable> tables = StageTables(stored);
    if (!tables.empty()) { sections.push_back({"Stages", std::move(tables), {}}); }
  }
  std::ranges::move(ComparedOf(given), std::back_inserter(sections));
  return sections;
}

}  // namespace

std::string ReportText(const GivenRuns& given, std::size_t width) {
  return SectionsText(AllSections(given), width);
}

std::string ReportMarkdown(const GivenRuns& given) { return SectionsMarkdown(AllSections(given)); }

std::string ReportLatex(const GivenRuns& given) { return SectionsLatex(AllSections(given)); }

std::string ReportCsv(const GivenRuns& given) {
  std::vector<RunRow> rows;
  for (const GivenSearch& search : given.searches()) {
    for (std::size_t i = 0; i < search.directories.size(); ++i) {
      const RunResult& run = search.result->runs[i];
      rows.push_back({search.result->search, run.seed, "", search.directories[i], &run,
                      search.result->metrics});
    }
  }
  return FormatCsv(rows, false);
}

}  // namespace lode::core

#include "core/report/render_text.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "core/plugin/text.h"
#include "core/report/result_words.h"
#include "core/report/text_table.h"
#include "core/report/words.h"

namespace lode::core {
namespace {

std::string FormatTitled(const TitledTable& titled, std::size_t width) {
  return Wrap(titled.heading, width) + TextTable(titled.table).Format(width) +
         Wrap(titled.notes, width);
}

// The lines are not wrapped.
std::string FormatUnfinished(const DirectoryResults& results) {
  std::string text;
  bool waiting = false;
  for (const UnfinishedRun& run : results.unfinished) {
    text += DescribeUnfinished(run) + "\n";
    waiting = waiting || !run.process;
  }
  return (text.empty() ? "" : "not ended, and not in the tables above:\n" + text) +
         (waiting ? ContinueLine(PrintableLine(results.directory.string())) : "");
}

}  // namespace

std::string FormatRuns(const SearchSummary& summary, std::size_t width) {
  const std::optional<TitledTable> front = FrontTable(summary);
  return FormatTitled(RunsTable(summary), width) + (front ? FormatTitled(*front, width) : "") +
         Wrap(DescribeEndings(summary), width);
}

std::string FormatComparison(std::span<const SearchSummary> summaries, std::size_t width) {
  return FormatTitled(ComparisonTable(summaries), width);
}

std::string FormatSearches(std::span<const SearchSummary> summaries, std::size_t width) {
  std::string text;
  for (const SearchSummary& summary : summaries) { text += FormatRuns(summary, width) + "\n"; }
  if (summaries.size() > 1 ||
      (!summaries.empty() && !summaries.front().pipeline().references.empty())) {
    text += FormatComparison(summaries, width) + "\n";
  }
  return text;
}

std::string FormatStageComparisons(const std::vector<StageComparison>& comparisons,
                                   std::size_t width) {
  std::string text;
  for (const StageComparison& comparison : comparisons) {
    text += FormatTitled(StagesTable(comparison), width) + "\n";
  }
  return text;
}

std::string FormatStages(const std::vector<StageStanding>& stages, std::size_t width) {
  std::string text;
  for (const auto& table : {SupernetsTable(stages), LeftOutTable(stages)}) {
    if (table) { text += FormatTitled(*table, width) + "\n"; }
  }
  return text;
}

std::string FormatDirectory(const DirectoryResults& results, std::size_t width) {
  return DescribeStages(results.stages) + FormatSearches(results.searches, width) +
         FormatStages(results.stages, width) + FormatStageComparisons(results.comparisons, width) +
         FormatUnfinished(results);
}

std::string FormatDirectories(const std::vector<DirectoryResults>& all, std::size_t width) {
  std::string text;
  std::vector<SearchSummary> searches;
  for (const DirectoryResults& results : all) {
    text += (text.empty() ? "" : "\n") + PrintableLine(results.directory.string()) + ":\n" +
            FormatDirectory(results, width);
    std::ranges::copy(results.searches, std::back_inserter(searches));
  }
  return searches.size() > 1 ? text + "\nall of them: " + FormatComparison(searches, width) : text;
}

std::string FormatPipelines(const std::vector<PipelineStanding>& pipelines, std::size_t width) {
  const TitledTable titled = PipelinesTable(pipelines);
  return TextTable(titled.table).Format(width) + titled.notes;
}

}  // namespace lode::core

#include "core/page/report_data.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/compare/compare_runs.h"
#include "core/compare/comparison_words.h"
#include "core/compare/render_comparison.h"
#include "core/compare/sorted_searches.h"
#include "core/page/search_data.h"
#include "core/page/stage_data.h"
#include "core/page/table_json.h"
#include "core/plugin/error.h"
#include "core/report/render_json.h"
#include "core/report/result_words.h"

namespace lode::core {
namespace {

using nlohmann::json;

std::vector<SearchSummary> SummariesOf(const GivenRuns& given) {
  std::vector<SearchSummary> summaries;
  for (const GivenSearch& search : given.searches()) { summaries.emplace_back(*search.result); }
  return summaries;
}

// Names the methods; by their pipelines, if they cannot be distinguished.
SortedSearches Sorted(const GivenRuns& given) {
  try {
    return SortSearches(given.searches());
  } catch (const HostError&) {
    SortedSearches apart;
    for (const GivenSearch& search : given.searches()) {
      apart.task_of.push_back(apart.tasks.size());
      apart.tasks.emplace_back();
      apart.names.push_back(search.pipeline().name);
    }
    return apart;
  }
}

// Returns {"sections", "numbers"}, or {"missing": why}.
json ComparedToJson(const GivenRuns& given) {
  try {
    const Comparison comparison = CompareRuns(given, {});
    return {{"sections", SectionsToJson(SectionsOf(comparison))},
            {"numbers", ComparisonToJson(comparison)}};
  } catch (const HostError& e) { return {{"missing", e.what()}}; }
}

std::string TitleOf(const GivenRuns& given) {
  std::string title = given.searches().front().pipeline().name;
  const bool is_one = std::ranges::all_of(
      given.searches(), [&](const GivenSearch& search) { return search.pipeline().name == title; });
  return is_one ? title : title + " and others";
}

std::vector<std::string> RemarksOf(const GivenRuns& given) {
  std::vector<std::string> remarks;
  for (const std::string& damage : given.damages()) { remarks.push_back("damaged: " + damage); }
  for (const std::string& run : given.unfinished()) { remarks.push_back("not ended: " + run); }
  return remarks;
}

// Many searches share the room that a few may take.
TrialBounds BoundsFor(std::size_t searches, const ReportOptions& options) {
  TrialBounds bounds{.top = options.top};
  bounds.points = std::min(bounds.points, 20'000 / searches + 50);
  bounds.lines = std::min(bounds.lines, 3'000 / searches + 20);
  return bounds;
}

json SearchesToJson(const GivenRuns& given, const std::vector<SearchSummary>& summaries,
                    const ReportOptions& options) {
  const SortedSearches sorted = Sorted(given);
  const TrialBounds bounds = BoundsFor(summaries.size(), options);
  json all = json::array();
  for (std::size_t i = 0; i < summaries.size(); ++i) {
    if (options.listener) { options.listener(i + 1, summaries.size()); }
    all.push_back(SearchData(given.searches()[i], summaries[i], options.plugins, bounds));
    all.back()["method"] = sorted.names[i];
    all.back()["task"] = sorted.task_of[i];
    all.back()["task_title"] = TaskTitle(given.searches()[i], summaries[i].metric());
  }
  return all;
}

}  // namespace

json ReportData(const GivenRuns& given, const ReportOptions& options) {
  const std::vector<SearchSummary> summaries = SummariesOf(given);
  json data{{"title", TitleOf(given)},      {"version", LODE_VERSION},
            {"command", options.command},   {"remarks", RemarksOf(given)},
            {"results", ToJson(summaries)}, {"searches", SearchesToJson(given, summaries, options)},
            {"stages", StageData(given)}};
  const bool has_figures = summaries.size() > 1 || !summaries.front().pipeline().references.empty();
  data["overview"] = has_figures ? TableToJson(ComparisonTable(summaries)) : json();
  data["comparison"] = summaries.size() > 1 ? ComparedToJson(given) : json();
  return data;
}

}  // namespace lode::core

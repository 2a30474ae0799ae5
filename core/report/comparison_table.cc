// The tables that compare searches, and stages.
#include <algorithm>
#include <iterator>

#include "core/report/result_words.h"
#include "core/report/search_words.h"
#include "core/report/words.h"

namespace lode::core {
namespace {

using Align = WordTable::Align;

// Figures that belong to points of another stage's grid are not in this table.
bool HasPublished(const SearchSummary& summary) {
  const auto is_published = [](const BudgetPoint& point) { return point.published.has_value(); };
  return std::ranges::any_of(summary.points, is_published) ||
         std::ranges::any_of(summary.others, is_published);
}

// The paths of a search's grid, but that of the optimizer, which has a column anyway.
std::vector<std::string> PathsOf(const Search& search) {
  std::vector<std::string> paths;
  for (const auto& [path, value] : search.point) {
    if (path != "optimizer.use") { paths.push_back(path); }
  }
  return paths;
}

// Returns the value at a path of the grid, or "" if the search has none.
std::string ValueAt(const Search& search, const std::string& path) {
  const auto at =
      std::ranges::find_if(search.point, [&](const auto& value) { return value.first == path; });
  return at == search.point.end() ? "" : at->second;
}

// The columns that some comparisons do not have.
struct ComparedColumns {
  explicit ComparedColumns(std::span<const SearchSummary> summaries)
      : paths(PathsOf(summaries.front().search())),
        optimum(
            std::ranges::any_of(summaries, [](const auto& s) { return s.optimum.has_value(); })),
        published(std::ranges::any_of(summaries, HasPublished)),
        metric(std::ranges::any_of(summaries, [](const auto& s) { return !s.others.empty(); })) {}

  std::vector<std::string> paths;  // of the grid
  bool optimum, published;
  bool metric;  // some rows are of another metric than the reward's
};

std::vector<WordTable::Column> Titles(const ComparedColumns& columns) {
  std::vector<WordTable::Column> titles{{"pipeline", Align::kLeft}};
  for (const std::string& path : columns.paths) { titles.push_back({path, Align::kLeft}); }
  titles.insert(titles.end(),
                {{"optimizer", Align::kLeft}, {"searched on", Align::kLeft}, {"after"}, {"seeds"}});
  if (columns.metric) { titles.push_back({"metric", Align::kLeft}); }
  titles.push_back({"measured"});
  if (columns.optimum) { titles.push_back({"optimum"}); }
  if (columns.published) {
    titles.insert(titles.end(), {{"published"}, {"difference"}, {"published by", Align::kLeft}});
  }
  return titles;
}

// Returns the cells of the published figure; blank if there is none.
std::vector<std::string> PublishedCells(const std::optional<PublishedFigure>& published) {
  if (!published) { return {"", "", ""}; }
  const ReferenceConfig& reference = published->reference;
  return {PublishedText(reference),
          !published->difference  ? ""
          : published->deviations ? Printed("%+.2f sd", *published->deviations)
                                  : Printed("%+.2f", *published->difference),
          reference.label};
}

// Returns the optimum of the point's metric in words.
std::string OptimumText(const SearchSummary& summary, const MetricDeclaration& metric) {
  const auto& optimum = &metric == &summary.metric() ? summary.optimum : metric.optimum;
  return optimum ? FormatMetric(metric, *optimum) : "-";
}

// `after`: the point in words.
std::vector<std::string> ComparedRow(const SearchSummary& summary, const ComparedColumns& columns,
                                     const std::string& after, const BudgetPoint& at) {
  const MetricDeclaration& metric = summary.result->metrics[at.metric];
  const std::size_t all = summary.result->runs.size();
  std::vector<std::string> row{summary.pipeline().name};
  for (const std::string& path : columns.paths) { row.push_back(ValueAt(summary.search(), path)); }
  row.insert(row.end(), {OptimizerName(summary.pipeline().optimizer, summary.pipeline().start),
                         DescribeMetric(summary.metric()), after,
                         std::to_string(at.best.count) +
                             (at.best.count < all ? " of " + std::to_string(all) : "")});
  if (columns.metric) { row.push_back(metric.name); }
  row.push_back(FormatStatistic(at.best, DecimalsOf(metric)));
  if (columns.optimum) { row.push_back(OptimumText(summary, metric)); }
  if (columns.published) {
    std::ranges::move(PublishedCells(at.published), std::back_inserter(row));
  }
  return row;
}

// Adds a row for each point of a search. If none of its runs reached a point, adds one row for
// where they ended.
void AddCompared(const SearchSummary& summary, const ComparedColumns& columns, WordTable& table) {
  for (const auto& points : {summary.points, summary.others}) {
    for (const BudgetPoint& point : points) {
      table.rows.push_back(ComparedRow(summary, columns, PointName(summary, point), point));
    }
  }
  if (summary.points.empty()) {
    const EarlyRuns& early = summary.early;
    table.rows.push_back(ComparedRow(summary, columns,
                                     RangeText(early.least, early.most) + " " + BudgetUnit(summary),
                                     {{}, summary.reward_metric, 0, early.best, {}}));
  }
}

// Returns which architectures the table has.
std::string ResultsText(std::span<const SearchSummary> summaries) {
  const auto takes_last = [](const auto& summary) {
    return summary.pipeline().reward.takes_last();
  };
  return std::ranges::none_of(summaries, takes_last)  ? "the best"
         : std::ranges::all_of(summaries, takes_last) ? "the last architecture"
                                                      : "the best, or by [reward] result the last,";
}

}  // namespace

TitledTable ComparisonTable(std::span<const SearchSummary> summaries) {
  const ComparedColumns columns(summaries);
  WordTable table{Titles(columns)};
  for (const SearchSummary& summary : summaries) { AddCompared(summary, columns, table); }
  const std::string heading =
      ResultsText(summaries) +
      " of each search; measured: mean ± sample standard deviation over the seeds that got "
      "there" +
      std::string(columns.published ? "; difference: from the published mean, sd: in published "
                                      "standard deviations\n"
                                    : "\n") +
      (columns.optimum ? "optimum: the best of all architectures that the oracle has\n" : "");
  return {heading, std::move(table)};
}

}  // namespace lode::core

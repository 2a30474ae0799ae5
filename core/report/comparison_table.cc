// The tables that compare searches, and stages.
#include <algorithm>
#include <iterator>

#include "core/report/result_words.h"
#include "core/report/search_words.h"
#include "core/report/words.h"

namespace lode::core {
namespace {

using Align = WordTable::Align;

// The columns that some comparisons do not have.
struct ComparedColumns {
  explicit ComparedColumns(std::span<const SearchSummary> summaries)
      : axes(summaries.front().search().point.size()),
        optimum(
            std::ranges::any_of(summaries, [](const auto& s) { return s.optimum.has_value(); })),
        published(std::ranges::any_of(
            summaries, [](const auto& s) { return !s.pipeline().references.empty(); })) {}

  std::size_t axes;  // of the grid
  bool optimum, published;
};

std::vector<WordTable::Column> Titles(const Search& first, const ComparedColumns& columns) {
  std::vector<WordTable::Column> titles{{"pipeline", Align::kLeft}};
  for (const auto& [path, value] : first.point) { titles.push_back({path, Align::kLeft}); }
  titles.insert(titles.end(), {{"optimizer", Align::kLeft},
                               {"searched on", Align::kLeft},
                               {"after"},
                               {"seeds"},
                               {"measured"}});
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
  return {FormatStatistic({1, reference.mean, reference.std}, kDecimals),
          !published->difference  ? ""
          : published->deviations ? Printed("%+.2f sd", *published->deviations)
                                  : Printed("%+.2f", *published->difference),
          reference.label};
}

// `after`: the point in words. `best`: over the seeds that reached it and found something.
std::vector<std::string> ComparedRow(const SearchSummary& summary, const ComparedColumns& columns,
                                     const std::string& after, const Statistic& best,
                                     const std::optional<PublishedFigure>& published) {
  const auto& point = summary.search().point;
  const std::size_t all = summary.result->runs.size();
  std::vector<std::string> row{summary.pipeline().name};
  for (std::size_t i = 0; i < columns.axes; ++i) {
    row.push_back(i < point.size() ? point[i].second : "");
  }
  row.insert(row.end(),
             {OptimizerName(summary.pipeline().optimizer), DescribeMetric(summary.metric()), after,
              std::to_string(best.count) + (best.count < all ? " of " + std::to_string(all) : ""),
              FormatStatistic(best, DecimalsOf(summary.metric()))});
  if (columns.optimum) {
    row.push_back(summary.optimum ? FormatMetric(summary.metric(), *summary.optimum) : "-");
  }
  if (columns.published) { std::ranges::move(PublishedCells(published), std::back_inserter(row)); }
  return row;
}

// Adds a row for each point of a search. If none of its runs reached a point, adds one row for
// where they ended.
void AddCompared(const SearchSummary& summary, const ComparedColumns& columns, WordTable& table) {
  for (const BudgetPoint& point : summary.points) {
    table.rows.push_back(
        ComparedRow(summary, columns, PointName(summary, point), point.best, point.published));
  }
  if (summary.points.empty()) {
    const EarlyRuns& early = summary.early;
    table.rows.push_back(ComparedRow(summary, columns,
                                     RangeText(early.least, early.most) + " " + BudgetUnit(summary),
                                     early.best, std::nullopt));
  }
}

}  // namespace

TitledTable ComparisonTable(std::span<const SearchSummary> summaries) {
  const ComparedColumns columns(summaries);
  WordTable table{Titles(summaries.front().search(), columns)};
  for (const SearchSummary& summary : summaries) { AddCompared(summary, columns, table); }
  const std::string heading =
      "the best of each search; measured: mean ± sample standard deviation over the seeds that got "
      "there" +
      std::string(columns.published ? "; difference: from the published mean, sd: in published "
                                      "standard deviations\n"
                                    : "\n") +
      (columns.optimum ? "optimum: the best of all architectures that the oracle has\n" : "");
  return {heading, std::move(table)};
}

}  // namespace lode::core

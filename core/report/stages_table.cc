// The table that compares two stages, and the lines about all of them.
#include <algorithm>
#include <optional>
#include <utility>

#include "core/plugin/text.h"
#include "core/report/result_words.h"
#include "core/report/search_words.h"
#include "core/report/words.h"

namespace lode::core {
namespace {

// The columns that some comparisons do not have.
struct StageColumns {
  explicit StageColumns(const StageComparison& comparison)
      : grid(!comparison.rows.front().found.search().point.empty()),
        later_grid(!comparison.rows.front().measured->search->point.empty()),
        ties(std::ranges::any_of(comparison.rows, [](const auto& r) { return r.best.ties > 0; })),
        published(std::ranges::any_of(comparison.rows, &ComparisonRow::Published)) {}

  bool grid, later_grid, ties, published;
};

std::vector<WordTable::Column> StageTitles(const StageComparison& comparison,
                                           const StageColumns& columns) {
  using Align = WordTable::Align;
  const ComparisonRow& first = comparison.rows.front();
  std::vector<WordTable::Column> titles;
  if (columns.grid) { titles.push_back({comparison.earlier, Align::kLeft}); }
  titles.push_back({comparison.earlier + "." + first.found.metric().name});
  if (columns.ties) { titles.push_back({"ties"}); }
  if (columns.later_grid) { titles.push_back({comparison.later, Align::kLeft}); }
  for (const MetricDeclaration& metric : first.measured->metrics) {
    titles.push_back({comparison.later + "." + metric.name});
  }
  if (columns.published) {
    const std::string& metric = first.measured->search->pipeline.reward.metric;
    titles.insert(titles.end(), {{"published " + metric}, {"published by", Align::kLeft}});
  }
  titles.insert(titles.end(), {{"runs"}, {"architecture", Align::kLeft}});
  return titles;
}

// `metrics`: those of the table's columns.
std::vector<std::string> StageCells(const ComparisonRow& row, const StageColumns& columns,
                                    const std::vector<MetricDeclaration>& metrics) {
  const SearchSummary& found = row.found;
  std::vector<std::string> cells;
  if (columns.grid) { cells.push_back(PointText(found.search())); }
  cells.push_back(FormatMetric(found.metric(), row.best.metrics[found.reward_metric]));
  if (columns.ties) { cells.push_back(TiesText(row.best.ties)); }
  if (columns.later_grid) { cells.push_back(PointText(*row.measured->search)); }
  for (const MetricDeclaration& metric : metrics) {
    const Statistic* statistic = row.Find(metric.name);
    cells.push_back(statistic != nullptr ? FormatStatistic(*statistic, DecimalsOf(metric)) : "-");
  }
  if (columns.published) {
    const ReferenceConfig* published = row.Published();
    cells.push_back(published != nullptr ? PublishedText(*published) : "");
    cells.push_back(published != nullptr ? published->label : "");
  }
  cells.insert(cells.end(), {std::to_string(row.metrics.front().count), row.best.architecture});
  return cells;
}

std::string SpreadLegend(const StageComparison& comparison) {
  const bool spread = std::ranges::any_of(comparison.rows, [](const ComparisonRow& row) {
    return row.metrics.front().std.has_value();
  });
  return spread ? " (mean ± sample standard deviation over its runs)" : "";
}

// Returns a line for each search of the earlier stage whose runs ended early.
std::string EarlyLines(const StageComparison& comparison) {
  std::string text;
  const SearchResult* seen = nullptr;
  for (const ComparisonRow& row : comparison.rows) {
    const std::string early = DescribeEarlyRuns(row.found);
    if (row.found.result != seen && !early.empty()) {
      const std::string point = PointText(row.found.search());
      text.append("stage ").append(comparison.earlier).append(point.empty() ? "" : " ");
      text.append(point).append(": ").append(early).append("\n");
    }
    seen = row.found.result;
  }
  return text;
}

// Returns "optimizer.use=gdas", the searches that a published figure belongs to.
std::string WhereText(const ReferenceConfig& reference) {
  std::string text;
  for (const auto& [path, value] : reference.where) {
    text.append(text.empty() ? "" : ", ").append(path).append("=").append(value);
  }
  return text;
}

}  // namespace

TitledTable StagesTable(const StageComparison& comparison) {
  const StageColumns columns(comparison);
  WordTable table{StageTitles(comparison, columns)};
  for (const ComparisonRow& row : comparison.rows) {
    table.rows.push_back(StageCells(row, columns, comparison.rows.front().measured->metrics));
  }
  const std::string ties =
      columns.ties ? "ties: how many other architectures of stage " + comparison.earlier +
                         " have the same reward; the one that its first seed found first is shown\n"
                   : "";
  const bool is_last = comparison.rows.front().found.pipeline().reward.takes_last();
  return {(is_last ? "the last architectures of stage " : "the best of stage ") +
              comparison.earlier + StartMark(comparison.rows.front().found.pipeline().start) +
              ", as stage " + comparison.later + (is_last ? " measured them" : " measured it") +
              SpreadLegend(comparison) + "\n",
          std::move(table), ties + EarlyLines(comparison)};
}

std::optional<TitledTable> LeftOutTable(const std::vector<StageStanding>& stages) {
  using Align = WordTable::Align;
  WordTable table{{{"stage", Align::kLeft},
                   {"search", Align::kLeft},
                   {"metric", Align::kLeft},
                   {"measured"},
                   {"published"},
                   {"published by", Align::kLeft},
                   {"why", Align::kLeft}}};
  for (const StageStanding& stage : stages) {
    if (stage.left_out.empty()) { continue; }
    const std::string why = PrintableLine(stage.left_out);
    for (const ReferenceConfig& reference : stage.references) {
      table.rows.push_back({stage.name, WhereText(reference), reference.metric, "not measured",
                            PublishedText(reference), reference.label, why});
    }
    if (stage.references.empty()) {
      table.rows.push_back({stage.name, "", "", "not measured", "", "", why});
    }
  }
  if (table.rows.empty()) { return std::nullopt; }
  return TitledTable{"stages whose data is not there\n", std::move(table)};
}

std::optional<TitledTable> SupernetsTable(const std::vector<StageStanding>& stages) {
  using Align = WordTable::Align;
  std::vector<const StageStanding*> trained;
  for (const StageStanding& stage : stages) {
    if (stage.accuracy_env) { trained.push_back(&stage); }
  }
  if (trained.empty()) { return std::nullopt; }
  const bool published =
      std::ranges::any_of(trained, [](const auto* stage) { return !stage->references.empty(); });
  WordTable table{{{"stage", Align::kLeft}, {"accuracy_env"}}};
  if (published) {
    table.columns.insert(table.columns.end(), {{"published"}, {"published by", Align::kLeft}});
  }
  for (const StageStanding* stage : trained) {
    const std::string measured = FormatStatistic({1, *stage->accuracy_env, {}}, kDecimals);
    for (const ReferenceConfig& reference : stage->references) {
      table.rows.push_back({stage->name, measured, PublishedText(reference), reference.label});
    }
    if (!stage->references.empty()) { continue; }
    table.rows.push_back({stage->name, measured});
    table.rows.back().resize(table.columns.size());
  }
  return TitledTable{
      "accuracy_env of each supernet, percent: what rewards of its paths refer to (eq. 7)\n",
      std::move(table)};
}

std::string DescribeStages(const std::vector<StageStanding>& stages) {
  std::string states, not_begun, damages;
  for (const StageStanding& stage : stages) {
    states += "stage " + stage.name + ": " +
              (stage.left_out.empty() ? std::string(StandingName(stage.standing))
                                      : "not measured: " + PrintableLine(stage.left_out)) +
              "\n";
    if (!stage.damage.empty()) { damages += "damaged: " + PrintableLine(stage.damage) + "\n"; }
    if (stage.standing != Standing::kNotBegun && stage.not_begun > 0) {
      not_begun += "stage " + stage.name + ": " + std::to_string(stage.not_begun) + " of " +
                   std::to_string(stage.runs) + " runs not begun\n";
    }
  }
  return states + not_begun + damages;
}

}  // namespace lode::core

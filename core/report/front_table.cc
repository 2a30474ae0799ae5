// The table of a search's Pareto front.
#include <algorithm>

#include "core/plugin/text.h"
#include "core/report/result_words.h"
#include "core/report/words.h"

namespace lode::core {
namespace {

// Returns the hypervolume's reference point: "(predicted_accuracy 0, macs 350000000)".
std::string ReferencePoint(const SearchSummary& summary) {
  const Goals& goals = summary.goals;
  std::string text;
  for (std::size_t i = 0; i < goals.size(); ++i) {
    text += (text.empty() ? "(" : ", ") + summary.result->metrics[goals.metrics()[i]].name + " " +
            FormatNumber((*goals.reference())[i]);
  }
  return text + ")";
}

std::string DescribeHypervolume(const SearchSummary& summary) {
  if (!summary.goals.reference()) { return ""; }
  const Statistic& volume = summary.hypervolume;
  return "hypervolume of a seed's front above " + ReferencePoint(summary) + ": " +
         Printed("%.5g", volume.mean) + (volume.std ? Printed(" ± %.2g", *volume.std) : "") +
         Legend(volume) + "\n";
}

std::string DescribeSize(std::size_t size) {
  return "Pareto front of all seeds: " + CountText(size, "architecture") +
         (size > kFrontRows ? ", " + std::to_string(kFrontRows) +
                                  " of them shown (--json and the runs' view pareto have all)"
                            : "") +
         "\n";
}

std::vector<std::string> FrontRow(const FrontTrial& trial, const SearchSummary& summary) {
  std::vector<std::string> row;
  for (const std::size_t metric : summary.goals.metrics()) {
    row.push_back(FormatMetric(summary.result->metrics[metric], trial.metrics[metric]));
  }
  row.push_back(trial.architecture);
  return row;
}

}  // namespace

std::optional<TitledTable> FrontTable(const SearchSummary& summary) {
  const std::vector<FrontTrial>& front = summary.front;
  if (front.empty()) { return std::nullopt; }
  WordTable table;
  for (const std::size_t metric : summary.goals.metrics()) {
    table.columns.push_back({summary.result->metrics[metric].name});
  }
  table.columns.push_back({"architecture", WordTable::Align::kLeft});
  const std::size_t rows = std::min(front.size(), kFrontRows);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t at = rows > 1 ? row * (front.size() - 1) / (rows - 1) : 0;
    table.rows.push_back(FrontRow(front[at], summary));
  }
  return TitledTable{DescribeHypervolume(summary) + DescribeSize(front.size()), std::move(table)};
}

}  // namespace lode::core

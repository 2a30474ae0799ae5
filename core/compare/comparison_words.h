// Comparisons in words: the tables and sentences of the formats for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/compare/comparison.h"
#include "core/report/word_table.h"
#include "core/search/search_result.h"

namespace lode::core {

// Returns "unique queries".
std::string_view UnitName(Axis axis);

// Returns what to know about the runs of a search before they are compared: a line for each.
std::vector<std::string> RemarksOn(const SearchResult& result, const std::string& name, Axis axis);

// Returns "Wilcoxon" or "Mann-Whitney".
std::string_view TestName(const PairResult& pair);

// Returns "bo is better", "no difference", or "-" if nothing was tested.
std::string VerdictText(const TaskComparison& task, const PairResult& pair);

// A part of a comparison: one task, or all of them together.
struct ComparisonSection {
  std::string title;
  std::vector<TitledTable> tables{};  // headings and notes are lines
  std::vector<std::string> notes{};   // sentences without ends of lines
};

// Returns a section for each task, then one for all tasks together if they can be ranked, then what
// the tables have in common, then the remarks.
std::vector<ComparisonSection> SectionsOf(const Comparison& comparison);

}  // namespace lode::core

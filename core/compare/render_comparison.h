// Lays out comparisons.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/compare/comparison.h"
#include "core/compare/comparison_words.h"
#include "core/report/columns.h"

namespace lode::core {

// Return sections as text of at most `width` columns, as Markdown for GitHub, and as LaTeX for
// \input, with tables that need the package booktabs.
std::string SectionsText(const std::vector<ComparisonSection>& sections,
                         std::size_t width = kUnlimited);
std::string SectionsMarkdown(const std::vector<ComparisonSection>& sections);
std::string SectionsLatex(const std::vector<ComparisonSection>& sections);

// Returns the sections of comparison_words.h as text of at most `width` columns.
std::string ComparisonText(const Comparison& comparison, std::size_t width = kUnlimited);

// Returns the same as Markdown for GitHub.
std::string ComparisonMarkdown(const Comparison& comparison);

// Returns the same as LaTeX for \input, with tables that need the package booktabs.
std::string ComparisonLatex(const Comparison& comparison);

// Returns a line of titles, then one for each method at a budget ("point"), each method in a task
// ("total"), each pair at a budget ("pair") and each method in a ranking ("rank"). Cells that do
// not apply are empty.
std::string ComparisonCsv(const Comparison& comparison);

// Returns {"unit", "budgets", "alpha", "tasks": [{"title", "methods", "pairs", ...}], "ranking",
// "remarks"}; null for what is not known.
nlohmann::json ComparisonToJson(const Comparison& comparison);

}  // namespace lode::core

// Tables and sections in words as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "core/compare/comparison_words.h"
#include "core/report/word_table.h"

namespace lode::core {

// Returns {"heading", "columns": [{"title", "right"}], "rows": [[cell, ...], ...], "notes"}.
inline nlohmann::json TableToJson(const TitledTable& titled) {
  nlohmann::json columns = nlohmann::json::array();
  for (const WordTable::Column& column : titled.table.columns) {
    columns.push_back(
        {{"title", column.title}, {"right", column.align == WordTable::Align::kRight}});
  }
  return {{"heading", titled.heading},
          {"columns", columns},
          {"rows", titled.table.rows},
          {"notes", titled.notes}};
}

// Returns [{"title", "notes", "tables"}].
inline nlohmann::json SectionsToJson(const std::vector<ComparisonSection>& sections) {
  nlohmann::json all = nlohmann::json::array();
  for (const ComparisonSection& section : sections) {
    nlohmann::json tables = nlohmann::json::array();
    for (const TitledTable& table : section.tables) { tables.push_back(TableToJson(table)); }
    all.push_back({{"title", section.title}, {"notes", section.notes}, {"tables", tables}});
  }
  return all;
}

}  // namespace lode::core

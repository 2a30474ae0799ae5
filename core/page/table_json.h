// Tables in words as JSON.
#pragma once

#include <nlohmann/json.hpp>

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

}  // namespace lode::core

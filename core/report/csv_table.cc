#include "core/report/csv_table.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace lode::core {
namespace {

std::string QuotedCell(const std::string& cell) {
  if (cell.find_first_of(",\"\r\n") == std::string::npos) { return cell; }
  std::string quoted = "\"";
  for (const char c : cell) { quoted += c == '"' ? "\"\"" : std::string(1, c); }
  return quoted + "\"";
}

std::string Line(const std::vector<std::string>& cells, std::size_t count) {
  std::string line;
  for (std::size_t i = 0; i < count; ++i) {
    line += (i > 0 ? "," : "") + (i < cells.size() ? QuotedCell(cells[i]) : "");
  }
  return line + "\n";
}

}  // namespace

void CsvTable::AddColumn(const std::string& name) {
  if (std::ranges::find(columns_, name) == columns_.end()) { columns_.push_back(name); }
}

void CsvTable::Set(const std::string& column, std::string text) {
  AddColumn(column);
  const auto place =
      static_cast<std::size_t>(std::ranges::find(columns_, column) - columns_.begin());
  std::vector<std::string>& row = rows_.back();
  row.resize(std::max(row.size(), place + 1));
  row[place] = std::move(text);
}

std::string CsvTable::Text() const {
  std::string text = Line(columns_, columns_.size());
  for (const std::vector<std::string>& row : rows_) { text += Line(row, columns_.size()); }
  return text;
}

}  // namespace lode::core

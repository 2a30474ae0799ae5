#include "core/report/text_table.h"

#include <algorithm>
#include <utility>

#include "core/report/columns.h"

namespace lode::core {
TextTable::TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

void TextTable::AddRow(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

std::string TextTable::Format() const {
  std::vector<std::vector<std::string>> lines(1);
  for (const Column& column : columns_) {
    lines[0].push_back(column.title);
  }
  lines.insert(lines.end(), rows_.begin(), rows_.end());
  std::vector<std::size_t> widths(columns_.size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], ColumnsOf(line[i]));
    }
  }
  std::string text;
  for (const auto& line : lines) {
    std::string row;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string padding(widths[i] - ColumnsOf(line[i]), ' ');
      row += i > 0 ? "  " : "";
      row += columns_[i].align == Align::kLeft ? line[i] + padding : padding + line[i];
    }
    text += row.erase(row.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace lode::core

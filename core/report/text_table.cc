#include "core/report/text_table.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

namespace lode::core {
namespace {

constexpr std::size_t kGap = 2;      // between columns
constexpr std::size_t kNarrow = 16;  // the minimum width of a column that is broken into lines

std::size_t TotalOf(const std::vector<std::size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(), kGap * (widths.size() - 1));
}

}  // namespace

TextTable::TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {
  std::vector<std::string> titles;
  std::ranges::transform(columns_, std::back_inserter(titles), &Column::title);
  rows_.push_back(std::move(titles));
}

TextTable::TextTable(const WordTable& table) : TextTable(table.columns) {
  rows_.insert(rows_.end(), table.rows.begin(), table.rows.end());
}

void TextTable::AddRow(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

std::vector<std::size_t> TextTable::Widths() const {
  std::vector<std::size_t> widths(columns_.size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], ColumnsOf(row[i]));
    }
  }
  return widths;
}

// Narrows the widest left-aligned column, the later one of two, until everything fits or no column
// can be narrowed.
void TextTable::Narrow(std::vector<std::size_t>& widths, std::size_t width) const {
  while (TotalOf(widths) > width) {
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const bool is_text = columns_[i].align == Align::kLeft && widths[i] > kNarrow;
      widest = is_text && (widest == nullptr || widths[i] >= *widest) ? &widths[i] : widest;
    }
    if (widest == nullptr) { return; }
    --*widest;
  }
}

std::vector<TextTable::Block> TextTable::Split(const std::vector<std::size_t>& widths,
                                               std::size_t width) {
  std::vector<Block> blocks(1);
  const std::size_t first = std::min(widths.front(), std::max<std::size_t>(width, 1));
  std::size_t used = 0;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (i > 0 && used + kGap + widths[i] > width) {
      blocks.emplace_back();
      used = 0;
      if (first <= width / 2) {  // there is room for the first column, too
        blocks.back() = {{0}, {first}};
        used = first;
      }
    }
    const std::size_t gap = used > 0 ? kGap : 0;
    const std::size_t room = width > used + gap ? width - used - gap : 1;
    blocks.back().columns.push_back(i);
    blocks.back().widths.push_back(std::min(widths[i], room));
    used += gap + blocks.back().widths.back();
  }
  return blocks;
}

// Returns as many lines as the cell with the most lines needs.
std::string TextTable::FormatRow(const std::vector<std::string>& cells, const Block& block) const {
  std::vector<std::vector<std::string>> parts;
  std::size_t height = 0;
  for (std::size_t k = 0; k < block.columns.size(); ++k) {
    parts.push_back(BreakLines(cells[block.columns[k]], block.widths[k]));
    height = std::max(height, parts.back().size());
  }
  std::string text;
  for (std::size_t line = 0; line < height; ++line) {
    std::string row;
    for (std::size_t k = 0; k < parts.size(); ++k) {
      const std::string part = line < parts[k].size() ? parts[k][line] : "";
      const std::size_t own = ColumnsOf(part);
      const std::string padding(block.widths[k] > own ? block.widths[k] - own : 0, ' ');
      row += k > 0 ? std::string(kGap, ' ') : "";
      row += columns_[block.columns[k]].align == Align::kLeft ? part + padding : padding + part;
    }
    text += row.erase(row.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string TextTable::Format(std::size_t width) const {
  std::vector<std::size_t> widths = Widths();
  if (width != kUnlimited) { Narrow(widths, width); }
  std::string text;
  for (const Block& block : Split(widths, width)) {
    for (const auto& row : rows_) { text += FormatRow(row, block); }
  }
  return text;
}

}  // namespace lode::core

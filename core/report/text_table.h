// Tables for terminals.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/report/columns.h"
#include "core/report/word_table.h"

namespace lode::core {

class TextTable {
 public:
  using Align = WordTable::Align;
  using Column = WordTable::Column;

  explicit TextTable(std::vector<Column> columns);
  explicit TextTable(const WordTable& table);

  // REQUIRES: one cell for each column.
  void AddRow(std::vector<std::string> cells);

  // Returns the title line and the rows, columns two spaces apart, each line ended by a newline.
  //
  // Breaks left-aligned columns into lines if the table is wider than `width`. If that is not
  // enough, the table continues below with the remaining columns, next to the first column again.
  std::string Format(std::size_t width = kUnlimited) const;

 private:
  // Columns next to each other.
  struct Block {
    std::vector<std::size_t> columns, widths;
  };
  std::vector<std::size_t> Widths() const;
  void Narrow(std::vector<std::size_t>& widths, std::size_t width) const;
  static std::vector<Block> Split(const std::vector<std::size_t>& widths, std::size_t width);
  std::string FormatRow(const std::vector<std::string>& cells, const Block& block) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;  // the first row has the titles
};

}  // namespace lode::core

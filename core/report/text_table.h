// Tables for terminals.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lode::core {

class TextTable {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kRight;
  };

  explicit TextTable(std::vector<Column> columns);

  // REQUIRES: one cell for each column.
  void AddRow(std::vector<std::string> cells);

  // Title line and rows, columns two spaces apart, each line ended by a newline.
  std::string Format() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace lode::core

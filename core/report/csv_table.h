// A table with named columns, written as CSV (RFC 4180).
#pragma once

#include <string>
#include <vector>

namespace lode::core {

// Columns appear in the order in which they are first set. Cells that a row does not set are empty.
class CsvTable {
 public:
  void BeginRow() { rows_.emplace_back(); }

  void AddColumn(const std::string& name);

  // Sets a cell of the last row.
  void Set(const std::string& column, std::string text);

  std::string Text() const;

 private:
  std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace lode::core

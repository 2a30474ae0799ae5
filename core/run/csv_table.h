// A table whose columns are named, as CSV (RFC 4180).
#pragma once

#include <string>
#include <vector>

namespace lode::core {

// Columns come in the order in which they are first mentioned. What a row does not have is empty.
class CsvTable {
 public:
  void BeginRow() { rows_.emplace_back(); }

  void AddColumn(const std::string& name);

  // Of the last row.
  void Set(const std::string& column, std::string text);

  std::string Text() const;

 private:
  std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace lode::core

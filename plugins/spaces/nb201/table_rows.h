// Tables with one line for each of the benchmark's architectures: tab-separated text.
//
// As in toolkit/files/delimited_reader.h, the first line names the columns, in any order; columns
// that are not requested are ignored. Each further line is one architecture, in any order, every
// one of the 15 625 exactly once.
#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/spaces/nb201/cell.h"

namespace nb201 {

// The column that identifies a table's lines.
enum class RowKey {
  kArchitecture,  // the column kArchitectureColumn: the cell as a string; the key is its ToIndex()
  kIndex,         // the column kIndexColumn: the benchmark's own number, 0 .. kArchitectures - 1
};
inline constexpr std::string_view kArchitectureColumn = "arch_str";
inline constexpr std::string_view kIndexColumn = "index";

// A column of numbers to read, and its allowed values: 0 .. max.
struct NumberColumn {
  std::string name;
  double max = std::numeric_limits<double>::infinity();
  bool whole = false;
  bool may_lack = false;             // -1 is allowed too
  bool optional = false;             // if the table lacks the column, its values are NaN
  const char* range = "at least 0";  // the same in words
};

// The data read from all lines, in their order.
struct Rows {
  std::vector<std::uint32_t> keys;  // a permutation of 0 .. kArchitectures - 1
  std::vector<double> values;       // of the first line in the order of the requested columns, ...
};

// Reads a table's text; messages call the file `name`. Throws lode::IoError with a message that
// begins with name, line and column (counted from 1, in characters of the line), where applicable.
// REQUIRES: the columns are distinct, and none is the key's.
Rows ParseRows(std::string_view text, const std::string& name, RowKey key,
               const std::vector<NumberColumn>& columns);

}  // namespace nb201

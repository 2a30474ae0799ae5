// The table of the benchmark's results: tab-separated text, plain or gzip.
//
// The first line names the columns, in any order; columns that are not asked for are ignored, but
// every line must have as many fields as the first. Each further line is one architecture, in any
// order, every one of the 15 625 exactly once. Lines end with \n or \r\n, the last one too: a file
// without it has been cut off.
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_PLUGINS_NB201_TABLE_H_
#define LODE_PLUGINS_NB201_TABLE_H_

#include <string>
#include <string_view>
#include <vector>

#include "plugins/nb201/cell.h"

namespace nb201 {

// What is kept of one line.
struct Results {
  double valid_accuracy;  // percent, 0 .. 100
  double test_accuracy;   // percent, 0 .. 100
  double params;          // a whole number >= 0
  double mflops;          // 10^6 multiply-adds, >= 0
};

// Which columns these are in. The architecture's string is in kArchitectureColumn.
struct ResultColumns {
  std::string valid_accuracy, test_accuracy, params, mflops;
};
inline constexpr std::string_view kArchitectureColumn = "arch_str";

// Files that are larger than this, as they are or unpacked, are refused.
inline constexpr std::size_t kMaxTableBytes = std::size_t{256} << 20;

// By ToIndex() of the cell.
using Table = std::vector<Results>;

// Reads the file at `path`. Throws lode::IoError with a message that begins with the path, line and
// column (counted from 1, in characters of the line), as far as they apply.
Table ReadTable(const std::string& path, const ResultColumns& columns);

// The bytes of a file as text: unpacked if they begin like a gzip file, else unchanged. Throws
// lode::IoError if they are damaged or the text would have more than max_bytes; `name` is what
// messages call the file.
std::string Unpack(std::string bytes, const std::string& name,
                   std::size_t max_bytes = kMaxTableBytes);

// Reads a table's text; `name` is what messages call the file. Throws lode::IoError.
Table ParseTable(std::string_view text, const std::string& name, const ResultColumns& columns);

}  // namespace nb201

#endif  // LODE_PLUGINS_NB201_TABLE_H_

// The table of the benchmark's results: tab-separated text, plain or gzip; see table_rows.h.
#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/spaces/nb201/table_rows.h"

namespace nb201 {

// The numbers kept from one line.
struct Results {
  double valid_accuracy;  // percent, 0 .. 100
  double test_accuracy;   // percent, 0 .. 100
  double params;          // a whole number >= 0
  double mflops;          // 10^6 multiply-adds, >= 0
  double seconds;         // of the training and one validation, >= 0; NaN if the table has none
  // The same of a shorter training; NaN if the table has none, or was not read for it.
  double brief_valid_accuracy = std::numeric_limits<double>::quiet_NaN();
  double brief_test_accuracy = brief_valid_accuracy;
  double brief_seconds = brief_valid_accuracy;
};

// The columns that contain these. Those of the seconds and of the shorter training may be absent;
// without a name, those of the shorter training are not read. Lines are identified by
// RowKey::kArchitecture.
struct ResultColumns {
  std::string valid_accuracy, test_accuracy, params, mflops, seconds;
  std::string brief_valid_accuracy{}, brief_test_accuracy{}, brief_seconds{};
};

// By ToIndex() of the cell.
using Table = std::vector<Results>;

// Reads the file at `path`. Throws lode::IoError with a message that begins with the path, line and
// column (counted from 1, in characters of the line), where applicable.
Table ReadTable(const std::string& path, const ResultColumns& columns);

// Reads a table's text; messages call the file `name`. Throws lode::IoError.
Table ParseTable(std::string_view text, const std::string& name, const ResultColumns& columns);

}  // namespace nb201

// For tests: the table that comes with the plugin, and texts of tables.
#pragma once

#include <string>
#include <vector>

namespace nb201 {

inline const std::string kShipped = LODE_SOURCE_DIR "/plugins/spaces/nb201/nb201.tsv.gz";

// Returns the lines, each with its end.
inline std::string Join(const std::vector<std::string>& lines, const std::string& end = "\n") {
  std::string text;
  for (const std::string& line : lines) { text += line + end; }
  return text;
}

}  // namespace nb201

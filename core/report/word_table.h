// A table in words, which renderers lay out.
#pragma once

#include <string>
#include <vector>

namespace lode::core {

struct WordTable {
  enum class Align { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kRight;
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows{};  // one cell for each column
};

// A table with what is said above and below it: lines, each ended by a newline.
struct TitledTable {
  std::string heading;
  WordTable table;
  std::string notes{};
};

}  // namespace lode::core

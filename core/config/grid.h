// The points of a pipeline's [grid].
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/config/diagnostic.h"
#include "core/config/document.h"
#include "core/config/node.h"

namespace lode::core {

// Returns a value in words, for tables and directory names.
std::string PointText(const Node& value);

// The value of one path at a point.
struct GridValue {
  std::string name;  // the path as written
  Override change;
};

// Iterates over every combination of the values of [grid]; the first path changes slowest. Paths in
// `zip` change together, at the place of the first of them. A tree without a grid has one point
// without values.
class Grid {
 public:
  // An override of a path reduces it to that one value. If the path is zipped, the value must be
  // one of its own, and the other paths keep the values that belong to it.
  Grid(const Node& merged, const std::vector<Override>& overrides, Diagnostics& diagnostics);

  // In the order of the file.
  std::vector<GridValue> Point() const;
  // Moves to the next point. After the last one, returns to the first and returns false.
  bool Advance();

 private:
  friend class GridReader;

  struct Path {
    std::string name;
    std::vector<std::string> parts;
    Position position;
    std::vector<Node> values;
  };
  // Paths with equally many values.
  struct Axis {
    std::vector<Path> paths;
    std::size_t at = 0;

    std::size_t size() const { return paths.front().values.size(); }
  };

  std::vector<Axis> axes_;
};

}  // namespace lode::core

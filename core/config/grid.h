// The points of a pipeline's [grid].
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/config/diagnostic.h"
#include "core/config/document.h"
#include "core/config/node.h"

namespace lode::core {

// A value in words, as it stands in tables and names of directories.
std::string PointText(const Node& value);

// What a point says of one path.
struct GridValue {
  std::string name;  // the path as it is written
  Override change;
};

// Every combination of the values of [grid], the first path changing slowest. Those that `zip` names
// change together, in the place of the first of them. A tree without a grid has one point, of no
// values.
class Grid {
 public:
  // An override of a path leaves it its one value; where that path is zipped, the value must be one
  // of its own, and the others keep those that belong to it.
  Grid(const Node& merged, const std::vector<Override>& overrides, Diagnostics& diagnostics);

  // In the order of the file.
  std::vector<GridValue> Point() const;
  // To the next point; false, and at the first one, after the last one.
  bool Advance();

 private:
  friend class GridReader;

  struct Path {
    std::string name;
    std::vector<std::string> parts;
    Position position;
    std::vector<Node> values;
  };
  // Paths with as many values each.
  struct Axis {
    std::vector<Path> paths;
    std::size_t at = 0;

    std::size_t size() const { return paths.front().values.size(); }
  };

  std::vector<Axis> axes_;
};

}  // namespace lode::core

// Draws curves in characters.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace lode::core {

// Values that hold from their place on, the places in order.
struct ChartCurve {
  std::vector<std::pair<double, double>> points;  // place, value
  double end = 0;                                 // the last place
  char mark = '*';
};

// Returns `rows` lines of at most `columns` columns: the curves, later ones over earlier ones, with
// the highest and the lowest value at the left and the last place below. Nothing if there is no
// point or no room.
std::vector<std::string> DrawChart(std::span<const ChartCurve> curves, std::size_t columns,
                                   std::size_t rows,
                                   const std::function<std::string(double)>& format);

}  // namespace lode::core

#include "core/report/text_chart.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/report/columns.h"
#include "core/report/words.h"

namespace lode::core {
namespace {

constexpr std::size_t kLeastColumns = 8, kLeastRows = 3;  // of the curves

struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  double end = 0;
};

Extent ExtentOf(std::span<const ChartCurve> curves) {
  Extent extent;
  for (const ChartCurve& curve : curves) {
    for (const auto& [place, value] : curve.points) {
      extent.low = std::min(extent.low, value);
      extent.high = std::max(extent.high, value);
      extent.end = std::max(extent.end, place);
    }
    extent.end = std::max(extent.end, curve.end);
  }
  return extent;
}

std::size_t RowOf(double value, const Extent& extent, std::size_t rows) {
  const double height = extent.high - extent.low;
  const double below = height > 0 ? (extent.high - value) / height : 0;
  return static_cast<std::size_t>(std::lround(below * static_cast<double>(rows - 1)));
}

void DrawCurve(const ChartCurve& curve, const Extent& extent, std::vector<std::string>& canvas) {
  const std::size_t columns = canvas.front().size();
  std::size_t next = 0;
  for (std::size_t column = 0; column < columns; ++column) {
    const double place =
        extent.end * static_cast<double>(column) / static_cast<double>(columns - 1);
    while (next < curve.points.size() && curve.points[next].first <= place) { ++next; }
    if (next == 0 || place > curve.end) { continue; }
    canvas[RowOf(curve.points[next - 1].second, extent, canvas.size())][column] = curve.mark;
  }
}

std::string Right(const std::string& text, std::size_t columns) {
  return std::string(columns - std::min(columns, ColumnsOf(text)), ' ') + text;
}

}  // namespace

std::vector<std::string> DrawChart(std::span<const ChartCurve> curves, std::size_t columns,
                                   std::size_t rows,
                                   const std::function<std::string(double)>& format) {
  const Extent extent = ExtentOf(curves);
  if (extent.low > extent.high) { return {}; }
  const std::string high = format(extent.high), low = format(extent.low);
  const std::size_t label = std::max(ColumnsOf(high), ColumnsOf(low)), axis = label + 2;
  if (columns < axis + kLeastColumns || rows < kLeastRows + 1) { return {}; }
  std::vector<std::string> canvas(rows - 1, std::string(columns - axis, ' '));
  for (const ChartCurve& curve : curves) { DrawCurve(curve, extent, canvas); }
  std::vector<std::string> lines;
  for (std::size_t row = 0; row < canvas.size(); ++row) {
    const std::string value = row == 0 ? high : row + 1 == canvas.size() ? low : "";
    const std::string& curve = canvas[row];
    lines.push_back(Right(value, label) + " |" + curve.substr(0, curve.find_last_not_of(' ') + 1));
  }
  const std::string end = Printed("%.0f", extent.end);
  lines.push_back(Right("0", axis) + Right(end, columns - axis));
  return lines;
}

}  // namespace lode::core

#include "core/report/heat_map.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <sstream>
#include <string_view>

#include "core/report/escape_xml.h"

namespace lode::core {
namespace {

constexpr std::size_t kCell = 44, kRow = 26, kCharacter = 7, kMargin = 12, kTitle = 24;
constexpr int kDark[] = {8, 48, 107};  // of a share of 1; 0 is white

std::string ColorOf(double share) {
  std::ostringstream color;
  color << "rgb(";
  for (std::size_t i = 0; i < 3; ++i) {
    color << (i > 0 ? "," : "")
          << std::lround(255 - std::clamp(share, 0.0, 1.0) * (255 - kDark[i]));
  }
  return color.str() + ")";
}

// The node that a row leads to; "" if its label does not tell.
std::string_view DestinationOf(std::string_view label) {
  const std::size_t arrow = label.find("->");
  return arrow == std::string_view::npos ? "" : label.substr(arrow + 2);
}

std::size_t LongestOf(const std::vector<std::string>& labels) {
  std::size_t longest = 0;
  for (const std::string& label : labels) { longest = std::max(longest, label.size()); }
  return longest;
}

// Draws one matrix with its labels.
class MatrixDrawing {
 public:
  MatrixDrawing(const lode::Matrix& matrix, std::ostringstream& out)
      : matrix_(matrix),
        out_(out),
        left_(LongestOf(matrix.column_labels) * kCharacter + 8),
        slanted_(LongestOf(matrix.row_labels) * kCharacter > kCell),
        top_(slanted_ ? LongestOf(matrix.row_labels) * kCharacter : kTitle) {}

  std::size_t width() const { return left_ + matrix_.rows() * kCell; }
  std::size_t height() const { return top_ + matrix_.columns() * kRow; }

  // `x` and `y`: the upper left corner. `first`: the position of the matrix's first cell.
  void Draw(std::size_t x, std::size_t y, const HeatMap& map, std::size_t first) {
    for (std::size_t column = 0; column < matrix_.columns(); ++column) {
      Text(x + left_ - 6, y + top_ + column * kRow + 17, matrix_.column_labels[column], "end");
    }
    for (std::size_t row = 0; row < matrix_.rows(); ++row) {
      DrawRowLabel(x + left_ + row * kCell + kCell / 2, y + top_ - 8, matrix_.row_labels[row]);
      for (std::size_t column = 0; column < matrix_.columns(); ++column) {
        const std::size_t cell = first + row * matrix_.columns() + column;
        DrawCell(x + left_ + row * kCell, y + top_ + column * kRow, map.shares[cell],
                 map.marked[cell] != 0);
      }
    }
    DrawBars(x + left_, y + top_);
  }

 private:
  void Text(std::size_t x, std::size_t y, const std::string& text, const char* anchor) {
    out_ << "<text x=\"" << x << "\" y=\"" << y << "\" text-anchor=\"" << anchor << "\">"
         << EscapeXml(text) << "</text>\n";
  }

  void DrawRowLabel(std::size_t x, std::size_t y, const std::string& label) {
    if (!slanted_) { return Text(x, y, label, "middle"); }
    out_ << "<text transform=\"translate(" << x + 4 << " " << y << ") rotate(-90)\">"
         << EscapeXml(label) << "</text>\n";
  }

  void DrawCell(std::size_t x, std::size_t y, double share, bool is_marked) {
    out_ << "<rect x=\"" << x << "\" y=\"" << y << "\" width=\"" << kCell << "\" height=\"" << kRow
         << "\" fill=\"" << ColorOf(share) << "\" stroke=\"#ccc\"/>\n";
    if (!is_marked) { return; }
    out_ << "<text x=\"" << x + kCell / 2 << "\" y=\"" << y + 18
         << "\" text-anchor=\"middle\" font-weight=\"bold\" fill=\""
         << (share > 0.5 ? "#fff" : "#000") << "\">X</text>\n";
  }

  void DrawBars(std::size_t x, std::size_t y) {
    for (std::size_t row = 1; row < matrix_.rows(); ++row) {
      if (DestinationOf(matrix_.row_labels[row]) == DestinationOf(matrix_.row_labels[row - 1])) {
        continue;
      }
      out_ << "<path d=\"M" << x + row * kCell << " " << y << "v" << matrix_.columns() * kRow
           << "\" stroke=\"#000\" stroke-width=\"4\"/>\n";
    }
  }

  const lode::Matrix& matrix_;
  std::ostringstream& out_;
  const std::size_t left_;
  const bool slanted_;
  const std::size_t top_;
};

}  // namespace

std::string FormatHeatMaps(const std::vector<lode::Matrix>& matrices,
                           const std::vector<HeatMap>& maps) {
  std::ostringstream body;
  std::size_t x = kMargin, bottom = 0;
  for (const HeatMap& map : maps) {
    body << "<text x=\"" << x << "\" y=\"20\" font-weight=\"bold\">" << EscapeXml(map.title)
         << "</text>\n";
    std::size_t y = kMargin + kTitle, first = 0, widest = map.title.size() * kCharacter;
    for (const lode::Matrix& matrix : matrices) {
      MatrixDrawing drawing(matrix, body);
      drawing.Draw(x, y, map, first);
      first += matrix.cells();
      y += drawing.height() + kMargin;
      widest = std::max(widest, drawing.width());
    }
    x += widest + 2 * kMargin;
    bottom = std::max(bottom, y);
  }
  std::ostringstream out;
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << x << "\" height=\"" << bottom
      << "\" viewBox=\"0 0 " << x << " " << bottom
      << "\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" "
         "fill=\"#fff\"/>\n"
      << body.str() << "</svg>\n";
  return out.str();
}

}  // namespace lode::core

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <sstream>

#include "core/report/escape_xml.h"
#include "core/report/groups.h"
#include "core/report/picture.h"

namespace lode::core {
namespace {

// Okabe and Ito's colors, which color-blind people can distinguish, too, and four more.
constexpr OperationColors::Color kPalette[] = {{"#0072b2", 32},  {"#d55e00", 166}, {"#009e73", 36},
                                               {"#cc79a7", 175}, {"#b8860b", 136}, {"#7b3fa0", 97},
                                               {"#56b4e9", 74},  {"#8c564b", 95},  {"#5a7d00", 64}};

// Returns the words of an operation's name in a fixed order: "k5 e6" of a picture is "e6_k5" of a
// matrix.
std::string KeyOf(std::string_view operation) {
  std::string text(operation);
  std::ranges::replace(text, '_', ' ');
  std::istringstream words(text);
  std::vector<std::string> sorted{std::istream_iterator<std::string>(words), {}};
  std::ranges::sort(sorted);
  std::string key;
  for (const std::string& word : sorted) { key += word + " "; }
  return key;
}

struct Point {
  int x = 0, y = 0;
};

// Collects shapes as SVG elements, and the room that they take.
class Canvas {
 public:
  void Box(Point corner, Point size, const char* line, const char* fill) {
    body_ << "<rect x=\"" << corner.x << "\" y=\"" << corner.y << "\" width=\"" << size.x
          << "\" height=\"" << size.y << "\" rx=\"6\" fill=\"" << fill << "\" stroke=\"" << line
          << "\"/>\n";
    Cover({corner.x + size.x, corner.y + size.y});
  }
  // `middle` is the middle of the line of text.
  void Text(Point middle, const std::string& text, const char* color) {
    body_ << "<text x=\"" << middle.x << "\" y=\"" << middle.y + 4 << "\" fill=\"" << color << "\">"
          << EscapeXml(text) << "</text>\n";
    Cover({middle.x + HalfWidth(text), middle.y + 10});
  }
  // Hides the lines that text would cross.
  void Ground(Point middle, const std::string& text) {
    const int half = HalfWidth(text);
    body_ << "<rect x=\"" << middle.x - half << "\" y=\"" << middle.y - 8 << "\" width=\""
          << 2 * half << "\" height=\"16\" fill=\"#fff\"/>\n";
  }
  void Path(const std::string& path, const char* color) {
    body_ << "<path d=\"" << path << "\" fill=\"none\" stroke=\"" << color
          << "\" stroke-width=\"2\" marker-end=\"url(#arrow)\"/>\n";
  }
  void Cover(Point corner) {
    size_.x = std::max(size_.x, corner.x);
    size_.y = std::max(size_.y, corner.y);
  }
  Point size() const { return size_; }

  std::string Document(const std::string& title) const {
    const int width = size_.x + kMargin, height = size_.y + kMargin;
    std::ostringstream out;
    out << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << width << "\" height=\"" << height
        << "\" viewBox=\"0 0 " << width << " " << height
        << "\" font-family=\"sans-serif\" font-size=\"12\" text-anchor=\"middle\">\n<title>"
        << EscapeXml(title) << "</title>\n"
        << "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" "
           "markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0L8 4L0 "
           "8z\" fill=\"#555\"/></marker></defs>\n"
        << "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
        << body_.str() << "</svg>\n";
    return out.str();
  }

  static constexpr int kMargin = 20;

 private:
  static int HalfWidth(const std::string& text) { return static_cast<int>(text.size()) * 15 / 4; }

  std::ostringstream body_;
  Point size_;
};

constexpr char kInk[] = "#222", kGray[] = "#999", kPale[] = "#f4f4f4";

std::string Curve(Point from, Point control, Point other, Point to) {
  std::ostringstream path;
  path << "M" << from.x << " " << from.y << "C" << control.x << " " << control.y << " " << other.x
       << " " << other.y << " " << to.x << " " << to.y;
  return path.str();
}

// Draws groups one above the other: the nodes of each in a row, edges with operations as arcs above
// it, all others below. An arc's height grows with its span, so that labels do not overlap.
class ArcDrawing {
 public:
  ArcDrawing(const lode::Graph& graph, const OperationColors& colors)
      : graph_(graph), colors_(colors), places_(graph.nodes.size()) {}

  void Draw(Canvas& canvas) {
    for (const NodeGroup& group : GroupsOf(graph_)) { DrawGroup(group, canvas); }
  }

 private:
  static constexpr int kStep = 150, kWidth = 86, kHeight = 28, kArc = 30;

  int Span(const lode::Graph::Edge& edge) const {
    return std::abs(places_[edge.to].x - places_[edge.from].x) / kStep;
  }
  static bool IsIn(const NodeGroup& group, const lode::Graph::Edge& edge) {
    return std::ranges::find(group.nodes, edge.from) != group.nodes.end();
  }

  void DrawGroup(const NodeGroup& group, Canvas& canvas) {
    const int top = canvas.size().y + Canvas::kMargin;
    int above = 0, below = 0;  // the longest spans
    for (std::size_t i = 0; i < group.nodes.size(); ++i) {
      places_[group.nodes[i]].x = Canvas::kMargin + kWidth / 2 + static_cast<int>(i) * kStep;
    }
    for (const lode::Graph::Edge& edge : graph_.edges) {
      if (IsIn(group, edge)) {
        (edge.label.empty() ? below : above) =
            std::max(edge.label.empty() ? below : above, Span(edge));
      }
    }
    canvas.Text({Canvas::kMargin + kWidth / 2, top + 8}, group.name, kInk);
    const int y = top + 40 + above * kArc;
    for (const std::size_t node : group.nodes) { places_[node].y = y; }
    DrawEdges(group, canvas);
    for (const std::size_t node : group.nodes) {
      canvas.Box({places_[node].x - kWidth / 2, y - kHeight / 2}, {kWidth, kHeight}, kInk, kPale);
      canvas.Text(places_[node], graph_.nodes[node].label, kInk);
    }
    canvas.Cover({0, y + kHeight / 2 + below * kArc});
  }

  // Draws lines first, so that none crosses a label.
  void DrawEdges(const NodeGroup& group, Canvas& canvas) const {
    for (const bool labels : {false, true}) {
      for (const lode::Graph::Edge& edge : graph_.edges) {
        if (IsIn(group, edge)) { labels ? DrawLabel(edge, canvas) : DrawArc(edge, canvas); }
      }
    }
  }
  void DrawArc(const lode::Graph::Edge& edge, Canvas& canvas) const {
    const int side = edge.label.empty() ? 1 : -1;
    const Point from{places_[edge.from].x + 10, places_[edge.from].y + side * kHeight / 2};
    const Point to{places_[edge.to].x - 10, places_[edge.to].y + side * kHeight / 2};
    const int height = side * Span(edge) * kArc * 4 / 3;  // a curve reaches 3/4 of its controls
    canvas.Path(Curve(from, {from.x + 20, from.y + height}, {to.x - 20, to.y + height}, to),
                edge.label.empty() ? kGray : colors_.Of(edge.label).svg);
  }
  void DrawLabel(const lode::Graph::Edge& edge, Canvas& canvas) const {
    if (edge.label.empty()) { return; }
    const Point from = places_[edge.from], to = places_[edge.to];
    const Point apex{(from.x + to.x) / 2, from.y - kHeight / 2 - Span(edge) * kArc};
    canvas.Ground(apex, edge.label);
    canvas.Text(apex, edge.label, colors_.Of(edge.label).svg);
  }

  const lode::Graph& graph_;
  const OperationColors& colors_;
  std::vector<Point> places_;  // of the nodes' middles
};

// Draws a column for each group, and for each run of nodes without a group.
class ColumnDrawing {
 public:
  ColumnDrawing(const lode::Graph& graph, const OperationColors& colors)
      : graph_(graph), colors_(colors), places_(graph.nodes.size()) {}

  void Draw(Canvas& canvas) {
    Place();
    for (const lode::Graph::Edge& edge : graph_.edges) { DrawEdge(edge, canvas); }
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) { DrawNode(n, canvas); }
  }

 private:
  static constexpr int kStep = 150, kWidth = 104, kLine = 16, kTop = 60, kGap = 30;

  int Height() const {
    std::size_t parts = 1;
    for (const lode::Graph::Node& node : graph_.nodes) {
      parts = std::max(parts, PartsOf(node.label).size());
    }
    return static_cast<int>(parts) * kLine + 10;
  }

  void Place() {
    int column = 0, row = 0;
    for (std::size_t n = 0; n < graph_.nodes.size(); ++n) {
      const bool is_new = n > 0 && graph_.nodes[n].group != graph_.nodes[n - 1].group;
      column += is_new;
      row = n == 0 || is_new ? 0 : row + 1;
      places_[n] = {Canvas::kMargin + kWidth / 2 + column * kStep,
                    kTop + Height() / 2 + row * (Height() + kGap)};
    }
  }

  void DrawNode(std::size_t n, Canvas& canvas) const {
    const auto& [group, label] = graph_.nodes[n];
    const std::vector<std::string> parts = PartsOf(label);
    const char* color = group.empty() ? kInk : colors_.Of(parts[0]).svg;
    const Point corner{places_[n].x - kWidth / 2, places_[n].y - Height() / 2};
    if (!group.empty() && (n == 0 || graph_.nodes[n - 1].group != group)) {
      canvas.Text({places_[n].x, kTop - 24}, group, kInk);
    }
    canvas.Box(corner, {kWidth, Height()}, color, kPale);
    const int first = places_[n].y - static_cast<int>(parts.size() - 1) * kLine / 2;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      canvas.Text({places_[n].x, first + static_cast<int>(i) * kLine}, parts[i],
                  i == 0 ? color : kInk);
    }
  }

  // Draws edges downwards within a column, and from the right side to the left side between
  // columns.
  void DrawEdge(const lode::Graph::Edge& edge, Canvas& canvas) const {
    Point from = places_[edge.from], to = places_[edge.to];
    if (from.x == to.x) {
      from.y += Height() / 2;
      to.y -= Height() / 2;
      canvas.Path(Curve(from, from, to, to), kGray);
      return;
    }
    from.x += kWidth / 2;
    to.x -= kWidth / 2;
    const int middle = (from.x + to.x) / 2;
    canvas.Path(Curve(from, {middle, from.y}, {middle, to.y}, to), kGray);
  }

  const lode::Graph& graph_;
  const OperationColors& colors_;
  std::vector<Point> places_;  // of the nodes' middles
};

}  // namespace

OperationColors::OperationColors(const std::vector<std::string>& operations) {
  for (const std::string& operation : operations) { keys_.push_back(KeyOf(operation)); }
}

OperationColors::Color OperationColors::Of(std::string_view operation) const {
  const std::string key = KeyOf(operation);
  const auto at = std::ranges::find(keys_, key);
  std::size_t position = static_cast<std::size_t>(at - keys_.begin());
  if (at == keys_.end()) {
    position = 0;
    for (const char c : key) { position = position * 31 + static_cast<unsigned char>(c); }
  }
  return kPalette[position % std::size(kPalette)];
}

OperationColors ColorsOf(const lode::Space& space) {
  std::vector<std::string> operations;
  for (const lode::Matrix& matrix : space.matrices()) {
    for (const std::string& label : matrix.column_labels) {
      if (std::ranges::find(operations, label) == operations.end()) { operations.push_back(label); }
    }
  }
  return OperationColors(operations);
}

std::string FormatSvg(const lode::Graph& graph, const OperationColors& colors,
                      const std::string& title) {
  Canvas canvas;
  if (HasEdgesBetweenGroups(graph)) {
    ColumnDrawing(graph, colors).Draw(canvas);
  } else {
    ArcDrawing(graph, colors).Draw(canvas);
  }
  return canvas.Document(title);
}

}  // namespace lode::core

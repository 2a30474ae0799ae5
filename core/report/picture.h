// Draws an architecture's network: for terminals, and as a self-contained SVG.
//
// A graph whose edges stay within its groups is drawn group by group, one above the other, with the
// operations on the edges. A graph with edges between groups is drawn with a column for each group
// and the operations in the nodes; the text after a comma in a label ("k5 e6, 40 channels, stride
// 2") is detail. Each operation has a color, the same in all pictures of the space.
#pragma once

#include <cstddef>
#include <lode/plugin.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace lode::core {

class OperationColors {
 public:
  // `operations` are labels with colors of their own, in order; the color of others follows from
  // their text. The order of words in a label does not matter.
  explicit OperationColors(const std::vector<std::string>& operations = {});

  struct Color {
    const char* svg;  // "#d62728"
    int terminal;     // one of the 256 colors of terminals
  };
  Color Of(std::string_view operation) const;

 private:
  std::vector<std::string> keys_;
};

// Returns the colors for the labels of all columns of the space's matrices.
OperationColors ColorsOf(const lode::Space& space);

// Returns lines of at most `width` columns, if the labels allow it, each ended by a newline. With
// `colored`, uses escape sequences for colors.
std::string FormatTerminalPicture(const lode::Graph& graph, const OperationColors& colors,
                                  std::size_t width, bool colored);

// Returns a whole document. `title` names the architecture.
std::string FormatSvg(const lode::Graph& graph, const OperationColors& colors,
                      const std::string& title);

}  // namespace lode::core

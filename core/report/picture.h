// An architecture's network as a picture: for terminals, and as an SVG that needs nothing else.
//
// A graph whose edges stay within its groups is drawn group by group, one above the other; what
// happens is on the edges. A graph with edges between groups is drawn in columns, a group each; what
// happens is in the nodes, and what follows a comma in a label ("k5 e6, 40 channels, stride 2") is
// detail. Each operation has a color: one of the space's, the same in all pictures of the space.
#pragma once

#include <cstddef>
#include <lode/plugin.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace lode::core {

class OperationColors {
 public:
  // `operations`: labels that have a color of their own, in order; others have one by their text. The
  // order of words in a label does not matter.
  explicit OperationColors(const std::vector<std::string>& operations = {});

  struct Color {
    const char* svg;  // "#d62728"
    int terminal;     // of the 256 colors of terminals
  };
  Color Of(std::string_view operation) const;

 private:
  std::vector<std::string> keys_;
};

// The labels of all columns of the space's matrices, each once.
OperationColors ColorsOf(const lode::Space& space);

// Lines of at most `width` columns as far as the labels allow it, each ended by a newline. `colored`:
// with the escape sequences of colors.
std::string FormatTerminalPicture(const lode::Graph& graph, const OperationColors& colors,
                                  std::size_t width, bool colored);

// A whole document; `title` is what it is a picture of.
std::string FormatSvg(const lode::Graph& graph, const OperationColors& colors,
                      const std::string& title);

}  // namespace lode::core

#include "core/page/decisions.h"

#include <algorithm>

#include "core/plugin/text.h"

namespace lode::core {

std::vector<Decision> DecisionsOf(const lode::Space& space) {
  std::vector<Decision> decisions;
  const bool is_one = space.matrices().size() == 1;
  for (const lode::Matrix& matrix : space.matrices()) {
    for (const std::string& row : matrix.row_labels) {
      Decision& decision = decisions.emplace_back();
      decision.name = PrintableLine(is_one ? row : matrix.name + " " + row);
      for (const std::string& column : matrix.column_labels) {
        decision.choices.push_back(PrintableLine(column));
      }
      decision.choices.emplace_back("none");
    }
  }
  return decisions;
}

std::vector<std::uint8_t> ChoicesOf(const lode::Space& space, lode::ArchitectureView architecture) {
  std::vector<std::uint8_t> choices;
  std::size_t first = 0;
  for (const lode::Matrix& matrix : space.matrices()) {
    for (std::size_t row = 0; row < matrix.rows(); ++row) {
      const auto cells = architecture.subspan(first, matrix.columns());
      const auto taken = std::ranges::find(cells, std::uint8_t{1}) - cells.begin();
      choices.push_back(static_cast<std::uint8_t>(taken));
      first += matrix.columns();
    }
  }
  return choices;
}

}  // namespace lode::core

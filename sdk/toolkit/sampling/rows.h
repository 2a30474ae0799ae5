// Architectures as one choice for each row of a space's matrices, for optimizers that model each
// decision by itself. Works for every space, because an action composes the architecture.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

namespace lode::sampling {

// The column that each row has chosen; the number of its columns if it has chosen none.
using Choices = std::vector<std::uint32_t>;

struct Row {
  std::size_t first;    // its first cell
  std::size_t columns;  // its number of cells
  // Whether an architecture uses only some of the rows of this matrix, as with the edges of DARTS.
  bool competes;

  // The number of choices: with `competes`, also that of none.
  std::size_t choices() const { return columns + (competes ? 1 : 0); }
};

// Immutable: every method may be called from any thread.
class Rows {
 public:
  // Takes it from one architecture which matrices have rows that compete.
  explicit Rows(const Space& space) : space_(space) {
    const Architecture any = space.Discretize(Action(space.cells()));
    std::size_t cell = 0;
    for (const Matrix& m : space.matrices()) {
      const std::size_t begin = rows_.size();
      for (std::size_t r = 0; r < m.rows(); ++r, cell += m.columns()) {
        rows_.push_back({cell, m.columns(), false});
      }
      const auto rows = std::span(rows_).subspan(begin);
      const bool compete = std::ranges::any_of(
          rows, [&](const Row& row) { return ChoiceOf(any, row) == row.columns; });
      for (Row& row : rows) { row.competes = compete; }
    }
  }

  const std::vector<Row>& list() const { return rows_; }
  std::size_t size() const { return rows_.size(); }

  // If a row has several ones, its choice is the first.
  Choices Read(ArchitectureView architecture) const {
    Choices choices;
    choices.reserve(rows_.size());
    for (const Row& row : rows_) {
      choices.push_back(static_cast<std::uint32_t>(ChoiceOf(architecture, row)));
    }
    return choices;
  }

  // Returns an architecture with these choices: exactly these where rows do not compete, and all of
  // them that fit where they do. Chance decides between rows that compete: first those with a
  // choice, then those without, which get a random one.
  Architecture Compose(Random random, std::span<const std::uint32_t> choices) const {
    Action action(space_.cells());
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      const Row& row = rows_[r];
      const bool chosen = choices[r] < row.columns;
      const std::size_t column = chosen ? choices[r] : random.Below(row.columns);
      action[row.first + column] = (chosen ? 1.0f : 0.0f) + (row.competes ? Share(random) : 0.0f);
    }
    return space_.Discretize(action);
  }

 private:
  static std::size_t ChoiceOf(ArchitectureView architecture, const Row& row) {
    const auto cells = architecture.subspan(row.first, row.columns);
    return static_cast<std::size_t>(std::ranges::find(cells, 1) - cells.begin());
  }
  // In [1/4, 3/4): a row without a choice is above the cells that nothing was said about.
  static float Share(Random random) { return static_cast<float>(random.Uniform(0.25, 0.75)); }

  Space space_;
  std::vector<Row> rows_;
};

}  // namespace lode::sampling

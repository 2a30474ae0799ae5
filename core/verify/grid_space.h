// A space small enough to know everything about: `rows` decisions with `choices` values each, a
// one-hot matrix, with every optional function. Written "2-0-1".
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <lode/plugin.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace lode::verify {

class GridSpace {
 public:
  struct Config {
    std::int64_t rows = 4;
    std::int64_t choices = 3;
  };
  static Params<Config> Parameters() {
    return {{"rows", &Config::rows, "Number of decisions.", Range{1, 20}},
            {"choices", &Config::choices, "Number of values of each decision.", Range{1, 10}}};
  }
  GridSpace(Host, const Config& config)
      : rows_(static_cast<std::size_t>(config.rows)),
        choices_(static_cast<std::size_t>(config.choices)) {}

  std::vector<Matrix> Matrices() const {
    Matrix matrix{"grid", {}, {}};
    for (std::size_t r = 0; r < rows_; ++r)
      matrix.row_labels.push_back("decision " + std::to_string(r));
    for (std::size_t c = 0; c < choices_; ++c) matrix.column_labels.push_back(std::to_string(c));
    return {matrix};
  }
  double Log10Size() const {
    return static_cast<double>(rows_) * std::log10(static_cast<double>(choices_));
  }
  // The largest cell of each row, the first of equal ones.
  void Discretize(ActionView action, std::span<std::uint8_t> out) const {
    for (std::size_t r = 0; r < rows_; ++r) {
      const auto row = action.subspan(r * choices_, choices_);
      out[r * choices_ + static_cast<std::size_t>(std::ranges::max_element(row) - row.begin())] = 1;
    }
  }
  void Sample(Random random, std::span<std::uint8_t> out) const {
    for (std::size_t r = 0; r < rows_; ++r) out[r * choices_ + random.Below(choices_)] = 1;
  }
  std::string Format(ArchitectureView architecture) const {
    std::string text;
    for (std::size_t r = 0; r < rows_; ++r) {
      text += r > 0 ? "-" : "";
      text += static_cast<char>('0' + ChoiceOf(architecture, r));
    }
    return text;
  }
  void Parse(std::string_view text, std::span<std::uint8_t> out) const {
    if (text.size() != 2 * rows_ - 1)
      throw InvalidError("expected " + std::to_string(2 * rows_ - 1) + " characters, got " +
                         std::to_string(text.size()));
    for (std::size_t at = 0; at < text.size(); ++at) {
      const bool digit =
          at % 2 == 0 && text[at] >= '0' && text[at] < static_cast<char>('0' + choices_);
      const bool dash = at % 2 == 1 && text[at] == '-';
      if (!digit && !dash)
        throw InvalidError("unexpected character at position " + std::to_string(at));
      if (digit) out[at / 2 * choices_ + static_cast<std::size_t>(text[at] - '0')] = 1;
    }
  }
  void Mutate(Random random, ArchitectureView parent, std::span<std::uint8_t> child) const {
    const std::vector<Architecture> neighbours = Neighbours(parent);
    if (neighbours.empty()) throw UnsupportedError("a space of one architecture has no mutation");
    std::ranges::copy(neighbours[random.Below(neighbours.size())], child.begin());
  }
  void Crossover(Random random, ArchitectureView mother, ArchitectureView father,
                 std::span<std::uint8_t> child) const {
    for (std::size_t r = 0; r < rows_; ++r)
      child[r * choices_ + ChoiceOf(random.Below(2) == 0 ? mother : father, r)] = 1;
  }
  std::vector<Architecture> Neighbours(ArchitectureView architecture) const {
    std::vector<Architecture> list;
    for (std::size_t r = 0; r < rows_; ++r) {
      const std::size_t old = ChoiceOf(architecture, r);
      for (std::size_t c = 0; c < choices_; ++c) {
        if (c == old) continue;
        Architecture& neighbour = list.emplace_back(architecture.begin(), architecture.end());
        std::swap(neighbour[r * choices_ + old], neighbour[r * choices_ + c]);
      }
    }
    return list;
  }
  // The order of decisions does not matter: ascending choices.
  void Canonical(ArchitectureView architecture, std::span<std::uint8_t> out) const {
    std::vector<std::size_t> choices;
    for (std::size_t r = 0; r < rows_; ++r) choices.push_back(ChoiceOf(architecture, r));
    std::ranges::sort(choices);
    for (std::size_t r = 0; r < rows_; ++r) out[r * choices_ + choices[r]] = 1;
  }

 protected:
  // The choice made in a row; throws unless the row is one-hot.
  std::size_t ChoiceOf(ArchitectureView architecture, std::size_t row) const {
    const auto cells = architecture.subspan(row * choices_, choices_);
    const auto at = std::ranges::find(cells, 1) - cells.begin();
    if (std::ranges::count(cells, 0) + 1 != std::ssize(cells) || at == std::ssize(cells))
      throw InvalidError("row " + std::to_string(row) + " does not have exactly one 1");
    return static_cast<std::size_t>(at);
  }

  std::size_t rows_;
  std::size_t choices_;
};

inline const lode_component& GridSpaceComponent() {
  return *SpaceComponent<GridSpace>("grid", "1.0.0", "A grid of independent decisions.");
}

}  // namespace lode::verify

// lode/choices.hpp - a base class for the most common search space: independent decisions, each a
// choice from a list of named values. Header-only, with <lode/plugin.hpp> and <lode/text.hpp>.
// SPDX-License-Identifier: Apache-2.0
//
//   class Chain : public lode::ChoiceSpace {
//    public:
//     struct Config {};
//     Chain(lode::Host, const Config&)
//         : ChoiceSpace({{"kernel", {"3x3", "5x5"}}, {"width", {"16", "32", "64"}}}) {}
//   };
//
// is a complete space: its architectures are written "5x5,32". A derived class adds what is special
// (Metrics and Measure, Graph, Canonical) and redeclares what differs (for example Parse and
// Format): lode::SpaceComponent<Chain> calls the methods that Chain has.
#ifndef LODE_CHOICES_HPP_
#define LODE_CHOICES_HPP_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <lode/text.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lode {
inline namespace v1 {

struct Decision {
  std::string name;                 // the label of its row, unique within its matrix
  std::vector<std::string> values;  // the labels of its columns: at least one, all different
  // The matrix it is a row of; all rows of a matrix have the same values. "": decisions with the
  // same values share one, called "choices", or "choices_1", "choices_2", ... if there are several.
  std::string matrix{};
};

// Returns a decision for each row of the matrices, in their order.
inline std::vector<Decision> DecisionsOf(const std::vector<Matrix>& matrices) {
  std::vector<Decision> decisions;
  for (const Matrix& m : matrices) {
    for (const std::string& row : m.row_labels) {
      decisions.push_back({row, m.column_labels, m.name});
    }
  }
  return decisions;
}

// Immutable: every method may be called from any thread. Methods that take architectures throw
// InvalidError, naming the row, if a row does not have exactly one 1; output spans are zeroed.
class ChoiceSpace {
 public:
  // The architecture's text is the chosen values in the order of `decisions`, separated by
  // `separator`. Throws InvalidError if a decision is not as described above, or if a value is
  // empty or contains the separator or a control character.
  explicit ChoiceSpace(std::vector<Decision> decisions, char separator = ',')
      : decisions_(std::move(decisions)), separator_(separator) {
    if (decisions_.empty()) { throw InvalidError("a space needs at least one decision"); }
    if (static_cast<unsigned char>(separator) < 0x20) {
      throw InvalidError("the separator is a control character");
    }
    std::vector<std::size_t> matrix_of;
    for (const Decision& d : decisions_) {
      CheckValues(d);
      matrix_of.push_back(PlaceRow(d));
    }
    NameMatrices();
    std::vector<std::size_t> next = FirstCells();  // first cell of the next row, by matrix
    for (std::size_t i = 0; i < decisions_.size(); ++i) {
      const std::size_t size = decisions_[i].values.size();
      rows_.push_back({next[matrix_of[i]], size});
      next[matrix_of[i]] += size;
      if (size > 1) { open_.push_back(i); }
    }
  }

  const std::vector<Decision>& decisions() const { return decisions_; }

  // The position of each decision's value in its list.
  std::vector<std::size_t> ChoicesOf(ArchitectureView architecture) const {
    std::vector<std::size_t> choices(rows_.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) { choices[i] = ChoiceOf(architecture, i); }
    return choices;
  }
  // The inverse. REQUIRES: a position for each decision.
  void SetChoices(std::span<const std::size_t> choices, std::span<std::uint8_t> out) const {
    for (std::size_t i = 0; i < rows_.size(); ++i) { out[rows_[i].first + choices[i]] = 1; }
  }

  std::vector<Matrix> Matrices() const { return matrices_; }

  double Log10Size() const {
    double sum = 0;
    for (const Row& row : rows_) { sum += math::Log10(static_cast<double>(row.size)); }
    return sum;
  }

  // Picks the largest cell of each row; the first of equals.
  void Discretize(ActionView action, std::span<std::uint8_t> out) const {
    for (const Row& row : rows_) {
      const auto cells = action.subspan(row.first, row.size);
      const auto largest = std::max_element(cells.begin(), cells.end());
      out[row.first + static_cast<std::size_t>(largest - cells.begin())] = 1;
    }
  }

  void Sample(Random random, std::span<std::uint8_t> out) const {
    for (const Row& row : rows_) { out[row.first + random.Below(row.size)] = 1; }
  }

  std::string Format(ArchitectureView architecture) const {
    std::string text;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (i > 0) { text += separator_; }
      text += decisions_[i].values[ChoiceOf(architecture, i)];
    }
    return text;
  }

  // Throws InvalidError "column N: ..." with the position of the first wrong character, counted
  // from 1; for an unknown value the message names the nearest one.
  void Parse(std::string_view text, std::span<std::uint8_t> out) const {
    std::size_t at = 0;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (i > 0 && at++ == text.size()) {
        Fail(at - 1, "expected " + Quote({&separator_, 1}) + " and a value of " + NameOf(i) +
                         ", found the end");
      }
      const std::string_view word = text.substr(at, text.find(separator_, at) - at);
      out[rows_[i].first + FindValue(word, i, at)] = 1;
      at += word.size();
    }
    if (at < text.size()) { Fail(at, "expected the end, found " + Quote(text.substr(at))); }
  }

  // Picks one of the decisions that have more than one value, uniformly, and gives it another
  // value, drawn uniformly. Throws UnsupportedError if there is no such decision.
  void Mutate(Random random, ArchitectureView parent, std::span<std::uint8_t> child) const {
    if (open_.empty()) {
      throw UnsupportedError("no decision of this space has more than one value");
    }
    std::vector<std::size_t> choices = ChoicesOf(parent);
    const std::size_t i = open_[random.Below(open_.size())];
    choices[i] = (choices[i] + 1 + random.Below(rows_[i].size - 1)) % rows_[i].size;
    SetChoices(choices, child);
  }

  // Each decision is the mother's or the father's, with probability 1/2 each.
  void Crossover(Random random, ArchitectureView mother, ArchitectureView father,
                 std::span<std::uint8_t> child) const {
    std::vector<std::size_t> choices = ChoicesOf(mother);
    const std::vector<std::size_t> other = ChoicesOf(father);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (random.Below(2) == 1) { choices[i] = other[i]; }
    }
    SetChoices(choices, child);
  }

  // Sorted by decision, then by value.
  std::vector<Architecture> Neighbours(ArchitectureView architecture) const {
    const std::vector<std::size_t> choices = ChoicesOf(architecture);
    std::vector<Architecture> neighbours;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      for (std::size_t value = 0; value < rows_[i].size; ++value) {
        if (value == choices[i]) { continue; }
        Architecture& changed = neighbours.emplace_back(architecture.begin(), architecture.end());
        changed[rows_[i].first + choices[i]] = 0;
        changed[rows_[i].first + value] = 1;
      }
    }
    return neighbours;
  }

  void Resample(Random random, double probability, ArchitectureView parent,
                std::span<std::uint8_t> child) const {
    std::vector<std::size_t> choices = ChoicesOf(parent);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (random.Uniform() < probability) { choices[i] = random.Below(rows_[i].size); }
    }
    SetChoices(choices, child);
  }

 private:
  struct Row {
    std::size_t first, size;  // of its cells
  };

  std::string NameOf(const Decision& d) const {
    return d.matrix.empty() ? d.name : d.matrix + " " + d.name;
  }
  std::string NameOf(std::size_t i) const { return NameOf(decisions_[i]); }

  std::size_t ChoiceOf(ArchitectureView architecture, std::size_t i) const {
    const auto cells = architecture.subspan(rows_[i].first, rows_[i].size);
    const auto one = std::find(cells.begin(), cells.end(), std::uint8_t{1});
    const auto zeros = std::count(cells.begin(), cells.end(), std::uint8_t{0});
    if (one == cells.end() || static_cast<std::size_t>(zeros) + 1 != cells.size()) {
      throw InvalidError("row " + NameOf(i) + " does not have exactly one 1 among zeros");
    }
    return static_cast<std::size_t>(one - cells.begin());
  }

  [[noreturn]] static void Fail(std::size_t at, const std::string& what) {
    throw InvalidError("column " + std::to_string(at + 1) + ": " + what);
  }

  std::size_t FindValue(std::string_view word, std::size_t i, std::size_t at) const {
    const auto& values = decisions_[i].values;
    if (word.empty()) { Fail(at, "expected a value of " + NameOf(i)); }
    const auto value = std::find(values.begin(), values.end(), word);
    if (value == values.end()) {
      Fail(at, "unknown value " + Quote(word) + " of " + NameOf(i) +
                   " (nearest: " + Quote(Nearest(word, values)) + ")");
    }
    return static_cast<std::size_t>(value - values.begin());
  }

  // ---- construction

  void CheckValues(const Decision& d) const {
    if (d.name.empty()) { throw InvalidError("a decision needs a name"); }
    if (d.values.empty()) { throw InvalidError("decision " + NameOf(d) + " has no values"); }
    for (auto value = d.values.begin(); value != d.values.end(); ++value) {
      const bool writable =
          !value->empty() && std::none_of(value->begin(), value->end(), [&](char c) {
            return c == separator_ || static_cast<unsigned char>(c) < 0x20;
          });
      if (!writable) {
        throw InvalidError("decision " + NameOf(d) + ": " + Quote(*value) +
                           " is not a valid value: it is empty or contains " +
                           Quote({&separator_, 1}) + " or a control character");
      }
      if (std::find(d.values.begin(), value, *value) != value) {
        throw InvalidError("decision " + NameOf(d) + " has the value " + Quote(*value) + " twice");
      }
    }
  }

  // Adds the decision's row to its matrix, creating the matrix if necessary; returns the matrix's
  // index.
  std::size_t PlaceRow(const Decision& d) {
    const auto matrix = std::find_if(matrices_.begin(), matrices_.end(), [&](const Matrix& m) {
      return m.name == d.matrix && (!m.name.empty() || m.column_labels == d.values);
    });
    const auto index = static_cast<std::size_t>(matrix - matrices_.begin());
    if (matrix == matrices_.end()) {
      matrices_.push_back({d.matrix, {d.name}, d.values});
      return index;
    }
    if (matrix->column_labels != d.values) {
      throw InvalidError("decision " + NameOf(d) +
                         " has different values from the rest of its matrix");
    }
    auto& rows = matrix->row_labels;
    if (std::find(rows.begin(), rows.end(), d.name) != rows.end()) {
      throw InvalidError("two decisions are called " + NameOf(d));
    }
    rows.push_back(d.name);
    return index;
  }

  void NameMatrices() {
    const auto unnamed = [](const Matrix& m) { return m.name.empty(); };
    const bool several = std::count_if(matrices_.begin(), matrices_.end(), unnamed) > 1;
    int number = 0;
    for (Matrix& m : matrices_) {
      if (unnamed(m)) { m.name = several ? "choices_" + std::to_string(++number) : "choices"; }
    }
    for (auto m = matrices_.begin(); m != matrices_.end(); ++m) {
      const auto same = [&](const Matrix& other) { return other.name == m->name; };
      if (std::any_of(matrices_.begin(), m, same)) {
        throw InvalidError("two matrices are called " + Quote(m->name));
      }
    }
  }

  std::vector<std::size_t> FirstCells() const {
    std::vector<std::size_t> first = {0};
    for (const Matrix& m : matrices_) { first.push_back(first.back() + m.cells()); }
    return first;
  }

  std::vector<Decision> decisions_;
  char separator_;
  std::vector<Matrix> matrices_;
  std::vector<Row> rows_;          // of each decision
  std::vector<std::size_t> open_;  // decisions with more than one value
};

}  // namespace v1
}  // namespace lode

#endif  // LODE_CHOICES_HPP_

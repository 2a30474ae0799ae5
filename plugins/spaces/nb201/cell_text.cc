// Cells as text, in all notations that Parse() reads.
#include <algorithm>
#include <charconv>
#include <lode/text.hpp>
#include <optional>
#include <system_error>

#include "plugins/spaces/nb201/benchmark_index.h"
#include "plugins/spaces/nb201/cell.h"
#include "toolkit/notation/cursor.h"

namespace nb201 {
namespace {

// Takes `token` from the front of `rest`; returns false, with nothing taken, if it is not there.
bool Take(std::string_view token, std::string_view* rest) {
  if (!rest->starts_with(token)) { return false; }
  rest->remove_prefix(token.size());
  return true;
}

// Reads "op~".
bool TakeOperation(std::string_view* rest, Operation* operation) {
  for (std::size_t k = 0; k < kOperations; ++k) {
    const std::string_view name = kOperationNames[k];
    if (rest->size() > name.size() && (*rest)[name.size()] == '~' && Take(name, rest)) {
      rest->remove_prefix(1);
      *operation = static_cast<Operation>(k);
      return true;
    }
  }
  return false;
}

std::string UnknownOperation(std::string_view rest, std::size_t edge) {
  const std::string_view name = rest.substr(0, rest.find_first_of("~|+"));
  if (name.empty()) { return "expected an operation for edge " + std::string(kEdgeNames[edge]); }
  if (std::find(kOperationNames.begin(), kOperationNames.end(), name) != kOperationNames.end()) {
    return "expected \"~" + std::to_string(kEdgeOrder[edge].from) + "\" after " + lode::Quote(name);
  }
  return "unknown operation " + lode::Quote(name) + " on edge " + std::string(kEdgeNames[edge]) +
         " (nearest: \"" + lode::Nearest(name, kOperationNames) + "\")";
}

// Returns the message for a `rest` that does not begin with `token`. Advances `rest` to the first
// wrong character.
std::string Unexpected(std::string_view token, const char* where, std::string_view edge,
                       std::string_view* rest) {
  const auto wrong = std::mismatch(token.begin(), token.end(), rest->begin(), rest->end()).second;
  rest->remove_prefix(static_cast<std::size_t>(wrong - rest->begin()));
  return "expected \"" + std::string(token) + '"' + where + std::string(edge) + ", found " +
         (rest->empty() ? "the end" : lode::Quote(*rest));
}

// Returns the text between an edge and the one before it: "|" inside a node, "|+|" between nodes.
std::string_view Separator(std::size_t edge) {
  return edge == 0 || kEdgeOrder[edge].from != 0 ? "|" : "|+|";
}

// "|op~0|+|op~0|op~1|+|op~0|op~1|op~2|".
bool ParseString(std::string_view text, Cell* cell, ParseError* error) {
  std::string_view rest = text;
  const auto fail = [&](std::string message) {
    *error = {text.size() - rest.size() + 1, std::move(message)};
    return false;
  };
  const auto expect = [&](std::string_view token, const char* where, std::string_view edge) {
    return Take(token, &rest) || fail(Unexpected(token, where, edge, &rest));
  };
  for (std::size_t e = 0; e < kEdges; ++e) {
    if (!expect(Separator(e), " before edge ", kEdgeNames[e])) { return false; }
    if (!TakeOperation(&rest, &(*cell)[e])) { return fail(UnknownOperation(rest, e)); }
    if (!expect(kEdgeNames[e].substr(0, 1), " as the input of edge ", kEdgeNames[e])) {
      return false;
    }
  }
  if (!expect("|", " at the end", "")) { return false; }
  return rest.empty() || fail("expected the end, found " + lode::Quote(rest));
}

// ---- tuples of tuples

// Reads "[(('nor_conv_3x3', 0),), (('none', 0), ...), (...)]": for each node but the first, the
// operations of its inputs, identified by the inputs' numbers.
class TupleReader {
 public:
  explicit TupleReader(std::string_view text) : cursor_(text) {}

  Cell Read() {
    cursor_.TakeLeadingName();
    const bool is_call = cursor_.Take("Structure");
    if (is_call) { cursor_.Expect("("); }
    const std::string_view closing = Open("of the nodes");
    for (std::size_t node = 1; node < kNodes; ++node) {
      if (node > 1) { cursor_.Expect(",", " after node " + std::to_string(node - 1)); }
      ReadNode(node);
    }
    cursor_.ExpectClosing(closing, " after node 3");
    if (is_call) { cursor_.ExpectClosing(")"); }
    cursor_.ExpectEnd();
    return cell_;
  }

 private:
  std::string_view Open(const std::string& what) { return cursor_.ExpectOpening("\"(\" " + what); }
  void ReadNode(std::size_t node) {
    const std::string name = "node " + std::to_string(node);
    const std::string_view closing = Open("of " + name);
    std::array<bool, kNodes> seen{};
    for (std::size_t n = 0; n < node; ++n) {
      if (n > 0) { cursor_.Expect(",", " before the next input of " + name); }
      ReadInput(node, &seen);
    }
    cursor_.ExpectClosing(closing, " after the inputs of " + name);
  }

  // "('nor_conv_3x3', 0)".
  void ReadInput(std::size_t node, std::array<bool, kNodes>* seen) {
    const std::string_view closing = Open("of an input of node " + std::to_string(node));
    const Operation operation = ReadOperation();
    cursor_.Expect(",");
    const std::string_view token = cursor_.Token();
    if (token.size() != 1 || token[0] < '0' || token[0] >= static_cast<char>('0' + node)) {
      cursor_.FailExpecting("an input from 0 to " + std::to_string(node - 1) + " for node " +
                            std::to_string(node));
    }
    const auto from = static_cast<std::size_t>(token[0] - '0');
    if ((*seen)[from]) {
      cursor_.Fail("input " + std::string(token) + " of node " + std::to_string(node) +
                   " appears twice");
    }
    (*seen)[from] = true;
    cell_[node * (node - 1) / 2 + from] = operation;
    cursor_.Skip(1);
    cursor_.ExpectClosing(closing);
  }

  Operation ReadOperation() {
    const std::string_view quote = cursor_.ExpectQuote("an operation in quotes");
    const std::string_view name = cursor_.rest().substr(0, cursor_.WordSize());
    const auto* const known = std::ranges::find(kOperationNames, name);
    if (known == kOperationNames.end()) {
      cursor_.Fail("unknown operation " + lode::Quote(name) + " (nearest: \"" +
                   lode::Nearest(name, kOperationNames) + "\")");
    }
    cursor_.Skip(name.size());
    cursor_.Expect(quote);
    return static_cast<Operation>(known - kOperationNames.begin());
  }

  lode::notation::Cursor cursor_;
  Cell cell_{};
};

// ---- the benchmark's number

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

Cell ReadBenchmarkIndex(std::string_view text) {
  std::uint32_t index = 0;
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), index);
  const lode::notation::Cursor rest(text.substr(static_cast<std::size_t>(stop - text.data())));
  if (!rest.rest().empty()) {
    lode::notation::Cursor::FailAt(
        static_cast<std::size_t>(stop - text.data()),
        "expected the end after the benchmark's number, found " + rest.Found());
  }
  if (fault != std::errc() || index >= kArchitectures) {
    lode::notation::Cursor::FailAt(0, "expected a number of the benchmark from 0 to 15624");
  }
  return FromIndex(BenchmarkOrder()[index]);
}

// "Structure(4 nodes with |...|)", as the benchmark's code prints a cell: returns the inner part.
std::optional<std::string_view> PrintedStructure(std::string_view text) {
  constexpr std::string_view kBegin = "Structure(4 nodes with ";
  if (!text.starts_with(kBegin) || !text.ends_with(')')) { return {}; }
  return text.substr(kBegin.size(), text.size() - kBegin.size() - 1);
}

bool IsTuples(std::string_view text) {
  return text.starts_with('[') || (!text.starts_with('|') && text.find('(') != text.npos);
}

}  // namespace

std::string Format(const Cell& cell) {
  std::string text;
  for (std::size_t e = 0; e < kEdges; ++e) {
    text += Separator(e);
    text += kOperationNames[cell[e]];
    text += '~';
    text += std::to_string(kEdgeOrder[e].from);
  }
  return text + '|';
}

bool Parse(std::string_view text, Cell* cell, ParseError* error) {
  if (const auto printed = PrintedStructure(text)) {
    const auto skipped = static_cast<std::size_t>(printed->data() - text.data());
    if (ParseString(*printed, cell, error)) { return true; }
    error->column += skipped;
    return false;
  }
  const bool is_index = !text.empty() && IsDigit(text.front());
  if (!is_index && !IsTuples(text)) { return ParseString(text, cell, error); }
  try {
    *cell = is_index ? ReadBenchmarkIndex(text) : TupleReader(text).Read();
    return true;
  } catch (const lode::notation::Fault& fault) {
    *error = {fault.at + 1, fault.message};
    return false;
  }
}

}  // namespace nb201

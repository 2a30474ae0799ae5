#include "plugins/spaces/darts/text.h"

#include <algorithm>
#include <array>
#include <lode/text.hpp>
#include <utility>

#include "toolkit/notation/cursor.h"

namespace darts {
namespace {

constexpr std::size_t kPairs = kNodes * kNodeEdges;  // of a cell
constexpr std::size_t kLongestText = 448;

void AppendCell(const Cell& cell, std::string* text) {
  const char* separator = "[('";
  for (const Node& node : cell) {
    for (const auto& [input, operation] : node) {
      *text += separator;
      *text += kOperationNames[operation];
      *text += "', ";
      *text += static_cast<char>('0' + input);
      separator = "), ('";
    }
  }
  *text += ")]";
}

// The parser's position in the text, for messages.
struct Place {
  CellKind kind;
  std::size_t pair = 0;  // 0 .. kPairs - 1
};

std::string PairName(const Place& place) {
  return "pair " + std::to_string(place.pair + 1) + " of " + std::to_string(kPairs) + " of " +
         std::string(kCellNames[place.kind]);
}

std::string NodeName(const Place& place) {
  return "node " + std::to_string(place.pair / kNodeEdges + kCellInputs) + " of " +
         std::string(kCellNames[place.kind]);
}

class Parser {
 public:
  explicit Parser(std::string_view text) : cursor_(text) {}

  Genotype Run() {
    Genotype genotype{};
    cursor_.TakeLeadingName();
    const bool is_dictionary = cursor_.Take("{");
    if (!is_dictionary) { ReadName(); }
    ReadFields(is_dictionary, &genotype);
    cursor_.ExpectClosing(is_dictionary ? "}" : ")");
    cursor_.ExpectEnd();
    return genotype;
  }

 private:
  // Reads "Genotype(", and "genotypes.Genotype(" as written by a program that imports the module.
  void ReadName() {
    for (lode::notation::Cursor module = cursor_; module.WordSize() > 0;) {
      module.Skip(module.WordSize());
      if (!module.Take(".")) { break; }
      cursor_ = module;
    }
    cursor_.Expect("Genotype");
    cursor_.Expect("(");
  }

  // Reads "normal=[pairs], normal_concat=range(2, 6), reduce=...", each cell before its
  // concatenation; in a dictionary names are in quotes and followed by ":".
  void ReadFields(bool is_dictionary, Genotype* genotype) {
    std::array<std::size_t, kMatrices> next{};  // of each cell's two fields
    for (std::size_t read = 0; read < 2 * kMatrices; ++read) {
      if (read > 0) { cursor_.Expect(","); }
      const CellKind kind = ReadFieldName(is_dictionary, next);
      if (next[kind]++ == 0) {
        (*genotype)[kind] = ReadPairs(kind);
      } else {
        ReadConcatenation();
      }
    }
  }

  // Takes the name of a field that may come next and what follows it; returns the field's cell.
  CellKind ReadFieldName(bool is_dictionary, const std::array<std::size_t, kMatrices>& next) {
    const std::string_view quote = is_dictionary ? cursor_.TakeQuote() : "";
    if (is_dictionary && quote.empty()) { cursor_.FailExpecting("a name in quotes"); }
    const bool is_reduce =
        next[kNormal] == 2 || (next[kNormal] == 1 && next[kReduce] < 2 && cursor_.Sees("reduce"));
    const CellKind kind = is_reduce ? kReduce : kNormal;
    cursor_.Expect(std::string(kCellNames[kind]) + (next[kind] == 0 ? "" : "_concat"));
    if (is_dictionary) { cursor_.Expect(quote); }
    cursor_.Expect(is_dictionary ? ":" : "=");
    return kind;
  }

  // Reads all pairs in a row, or those of each node in their own list.
  Cell ReadPairs(CellKind kind) {
    Cell cell{};
    const std::string_view closing = cursor_.ExpectOpening("\"[\"");
    lode::notation::Cursor inner = cursor_;
    const bool is_grouped = !inner.TakeOpening().empty() && !inner.TakeOpening().empty();
    for (Place place{kind}; place.pair < kPairs; place.pair += kNodeEdges) {
      const std::string_view group =
          is_grouped ? cursor_.ExpectOpening("\"[\" before the pairs of " + NodeName(place)) : "";
      ReadNode(place, &cell[place.pair / kNodeEdges]);
      const Place last{kind, place.pair + kNodeEdges - 1};
      if (is_grouped) { cursor_.ExpectClosing(group, " after " + PairName(last)); }
      if (last.pair + 1 < kPairs) {
        cursor_.Expect(",", " after " + PairName(last));
      } else {
        cursor_.ExpectClosing(closing, " after " + PairName(last));
      }
    }
    return cell;
  }

  void ReadNode(Place place, Node* node) {
    (*node)[0] = ReadPair(place, nullptr);
    cursor_.Expect(",", " after " + PairName(place));
    ++place.pair;
    (*node)[1] = ReadPair(place, &(*node)[0]);
    if ((*node)[1].input < (*node)[0].input) { std::swap((*node)[0], (*node)[1]); }
  }

  // Reads "('sep_conv_3x3', 0)". `other`: the node's first edge, or null.
  Edge ReadPair(const Place& place, const Edge* other) {
    const std::string_view closing = cursor_.ExpectOpening("\"(\" before " + PairName(place));
    Edge edge{};
    edge.operation = ReadOperation();
    cursor_.Expect(",");
    edge.input = ReadInput(place, other);
    cursor_.ExpectClosing(closing);
    return edge;
  }

  Operation ReadOperation() {
    const std::string_view quote = cursor_.ExpectQuote("an operation in quotes");
    const std::string_view rest = cursor_.rest();
    const std::string_view name = rest.substr(0, rest.find_first_of("'\",)]"));
    const auto known = std::find(kOperationNames.begin(), kOperationNames.end(), name);
    if (known == kOperationNames.end()) { FailOperation(name); }
    cursor_.Skip(name.size());
    cursor_.Expect(quote);
    return static_cast<Operation>(known - kOperationNames.begin());
  }

  [[noreturn]] void FailOperation(std::string_view name) const {
    if (name.empty()) { cursor_.FailExpecting("an operation"); }
    if (name == "none") {
      cursor_.Fail("\"none\" is not an operation of this space: every edge has an operation");
    }
    cursor_.Fail("unknown operation " + lode::Quote(name) + " (nearest: \"" +
                 lode::Nearest(name, kOperationNames) + "\")");
  }

  std::uint8_t ReadInput(const Place& place, const Edge* other) {
    const std::size_t inputs = InputsOf(place.pair / kNodeEdges);
    const std::string_view token = cursor_.Token();
    if (token.size() != 1 || token[0] < '0' || token[0] >= static_cast<char>('0' + inputs)) {
      cursor_.FailExpecting("an input from 0 to " + std::to_string(inputs - 1) + " for " +
                            NodeName(place));
    }
    const auto input = static_cast<std::uint8_t>(token[0] - '0');
    if (other != nullptr && other->input == input) {
      cursor_.Fail("the two inputs of " + NodeName(place) + " are both " + std::to_string(input));
    }
    cursor_.Expect(token);
    return input;
  }

  // Reads the concatenation, which must contain every intermediate node.
  void ReadConcatenation() {
    if (cursor_.Sees("list")) {
      cursor_.Expect("list");
      cursor_.Expect("(");
      ReadRange();
      cursor_.ExpectClosing(")");
    } else if (cursor_.Sees("range")) {
      ReadRange();
    } else {
      ReadList();
    }
  }

  void ReadRange() {
    for (const std::string_view token : {"range", "(", "2", ",", "6"}) {
      cursor_.Expect(token, " of range(2, 6)");
    }
    cursor_.ExpectClosing(")", " of range(2, 6)");
  }

  void ReadList() {
    const std::string_view closing = cursor_.ExpectOpening("range(2, 6) or [2, 3, 4, 5]");
    for (const std::string_view token : {"2", ",", "3", ",", "4", ",", "5"}) {
      cursor_.Expect(token, " of [2, 3, 4, 5]");
    }
    cursor_.ExpectClosing(closing, " of [2, 3, 4, 5]");
  }

  lode::notation::Cursor cursor_;
};

}  // namespace

std::string Format(const Genotype& genotype) {
  std::string text;
  text.reserve(kLongestText);
  text += "Genotype(normal=";
  AppendCell(genotype[kNormal], &text);
  text += ", normal_concat=range(2, 6), reduce=";
  AppendCell(genotype[kReduce], &text);
  text += ", reduce_concat=range(2, 6))";
  return text;
}

Genotype Parse(std::string_view text) { return Parser(text).Run(); }

}  // namespace darts

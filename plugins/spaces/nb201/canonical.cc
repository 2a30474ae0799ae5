#include "plugins/spaces/nb201/canonical.h"

#include <algorithm>
#include <map>
#include <vector>

namespace nb201 {
namespace {

// pool^pools(source). A convolution is named by its edge, the cell's input by kInput.
struct Term {
  std::uint8_t source;
  std::uint8_t pools;
};
constexpr std::uint8_t kInput = kEdges;

// At most four terms: node 1 has one, node 2 two, node 3 four.
using Terms = std::vector<Term>;

// The terms of every node; a convolution on edge (i, j) reads those of node i.
using NodeTerms = std::array<Terms, kNodes>;

// Whether the source is a convolution of nothing.
bool IsConstant(const NodeTerms& nodes, std::uint8_t source) {
  return source != kInput && nodes[kEdgeOrder[source].from].empty();
}

NodeTerms Expand(const Cell& cell) {
  NodeTerms nodes;
  nodes[0] = {{kInput, 0}};
  for (std::uint8_t e = 0; e < kEdges; ++e) {
    const Terms& from = nodes[kEdgeOrder[e].from];
    Terms& to = nodes[kEdgeOrder[e].to];
    if (cell[e] == kConv1x1 || cell[e] == kConv3x3) {
      to.push_back({e, 0});
    } else if (cell[e] != kNone) {
      for (const Term& t : from) {
        const bool pools = cell[e] == kAvgPool3x3 && !IsConstant(nodes, t.source);
        to.push_back({t.source, static_cast<std::uint8_t>(t.pools + pools)});
      }
    }
  }
  return nodes;
}

// Numbers the convolutions in every order in which each comes after those it reads, and keeps the
// smallest key. At each step only the smallest next entries can lead there, so only ties need a
// search.
class Numbering {
 public:
  explicit Numbering(const Cell& cell) : cell_(cell), nodes_(Expand(cell)) {
    number_[kInput] = 1;
    MarkLive(nodes_[kNodes - 1]);
    Extend(0);
  }
  const FunctionKey& smallest() const { return smallest_; }

 private:
  const Terms& Inputs(std::size_t convolution) const {
    return nodes_[kEdgeOrder[convolution].from];
  }

  void MarkLive(const Terms& terms) {
    for (const Term& t : terms) {
      if (t.source == kInput || live_[t.source]) { continue; }
      live_[t.source] = true;
      MarkLive(Inputs(t.source));
    }
  }

  bool IsReady(std::size_t convolution) const {
    const Terms& inputs = Inputs(convolution);
    return live_[convolution] && number_[convolution] == 0 &&
           std::all_of(inputs.begin(), inputs.end(),
                       [&](const Term& t) { return number_[t.source] != 0; });
  }

  // Writes the sorted terms, five bits each; a term is never 0 because numbers start at 1.
  std::uint32_t Write(const Terms& terms) const {
    std::array<std::uint32_t, 4> codes{};
    std::transform(terms.begin(), terms.end(), codes.begin(), [&](const Term& t) {
      return static_cast<std::uint32_t>(number_[t.source] * 4 + t.pools);
    });
    std::sort(codes.begin(), codes.end());
    return ((codes[0] * 32 + codes[1]) * 32 + codes[2]) * 32 + codes[3];
  }

  // A convolution reads node 0, 1 or 2, so at most two terms: ten bits, with its kind above them. A
  // convolution of nothing has no kind.
  std::uint16_t Entry(std::size_t convolution) const {
    const Terms& inputs = Inputs(convolution);
    const unsigned kind = inputs.empty() ? kNone : cell_[convolution];
    return static_cast<std::uint16_t>(kind * 1024u + Write(inputs) + 1);
  }

  void Extend(std::uint8_t count) {
    std::uint16_t least = UINT16_MAX;
    for (std::size_t c = 0; c < kEdges; ++c) {
      if (IsReady(c)) { least = std::min(least, Entry(c)); }
    }
    if (least == UINT16_MAX) { return Finish(); }
    key_.convolutions[count] = least;
    for (std::size_t c = 0; c < kEdges; ++c) {
      if (!IsReady(c) || Entry(c) != least) { continue; }
      number_[c] = static_cast<std::uint8_t>(count + 2);
      Extend(static_cast<std::uint8_t>(count + 1));
      number_[c] = 0;
    }
    key_.convolutions[count] = 0;
  }

  void Finish() {
    key_.output = Write(nodes_[kNodes - 1]);
    if (!found_ || key_ < smallest_) { smallest_ = key_; }
    found_ = true;
  }

  const Cell& cell_;
  NodeTerms nodes_;
  std::array<bool, kEdges> live_{};
  std::array<std::uint8_t, kEdges + 1> number_{};  // of each source; 0: none yet
  FunctionKey key_, smallest_;
  bool found_ = false;
};

std::vector<std::uint16_t> AllRepresentatives() {
  std::map<FunctionKey, std::uint16_t> first;
  std::vector<std::uint16_t> representatives;
  representatives.reserve(kArchitectures);
  for (std::uint32_t i = 0; i < kArchitectures; ++i) {
    const auto index = static_cast<std::uint16_t>(i);
    representatives.push_back(first.try_emplace(KeyOf(FromIndex(i)), index).first->second);
  }
  return representatives;
}

}  // namespace

FunctionKey KeyOf(const Cell& cell) { return Numbering(cell).smallest(); }

Cell Representative(const Cell& cell) {
  static const std::vector<std::uint16_t> representatives = AllRepresentatives();
  return FromIndex(representatives[ToIndex(cell)]);
}

}  // namespace nb201

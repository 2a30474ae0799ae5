#include "plugins/nb201/cell.h"

#include <algorithm>
#include <lode/text.hpp>

namespace nb201 {
namespace {

// Takes `token` from the front of `rest`; false, with nothing taken, if it is not there.
bool Take(std::string_view token, std::string_view* rest) {
  if (!rest->starts_with(token)) return false;
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
  if (name.empty()) return "expected an operation for edge " + std::string(kEdgeNames[edge]);
  if (std::find(kOperationNames.begin(), kOperationNames.end(), name) != kOperationNames.end())
    return "expected \"~" + std::to_string(kEdgeOrder[edge].from) + "\" after " + lode::Quote(name);
  return "unknown operation " + lode::Quote(name) + " on edge " + std::string(kEdgeNames[edge]) +
         " (nearest: \"" + lode::Nearest(name, kOperationNames) + "\")";
}

// What to say if `rest` does not begin with `token`. Advances `rest` to the first wrong character.
std::string Unexpected(std::string_view token, const char* where, std::string_view edge,
                       std::string_view* rest) {
  const auto wrong = std::mismatch(token.begin(), token.end(), rest->begin(), rest->end()).second;
  rest->remove_prefix(static_cast<std::size_t>(wrong - rest->begin()));
  return "expected \"" + std::string(token) + '"' + where + std::string(edge) + ", found " +
         (rest->empty() ? "the end" : lode::Quote(*rest));
}

// What stands between the edge and the one before it: "|" inside a node, "|+|" between nodes.
std::string_view Separator(std::size_t edge) {
  return edge == 0 || kEdgeOrder[edge].from != 0 ? "|" : "|+|";
}

}  // namespace

lode::Matrix CellMatrix() {
  return {"cell",
          {kEdgeNames.begin(), kEdgeNames.end()},
          {kOperationNames.begin(), kOperationNames.end()}};
}

std::uint32_t ToIndex(const Cell& cell) {
  return std::accumulate(cell.begin(), cell.end(), 0u, [](std::uint32_t index, Operation o) {
    return index * static_cast<std::uint32_t>(kOperations) + o;
  });
}

Cell FromIndex(std::uint32_t index) {
  Cell cell{};
  for (std::size_t e = kEdges; e-- > 0; index /= static_cast<std::uint32_t>(kOperations))
    cell[e] = static_cast<Operation>(index % kOperations);
  return cell;
}

Cell FromArchitecture(lode::ArchitectureView architecture) {
  Cell cell{};
  for (std::size_t e = 0; e < kEdges; ++e) {
    const auto row = architecture.subspan(e * kOperations, kOperations);
    const auto one = std::find(row.begin(), row.end(), std::uint8_t{1});
    if (one == row.end() || std::count(row.begin(), row.end(), std::uint8_t{0}) != kOperations - 1)
      throw lode::InvalidError("row " + std::string(kEdgeNames[e]) +
                               " has not exactly one 1 among zeros");
    cell[e] = static_cast<Operation>(one - row.begin());
  }
  return cell;
}

void ToArchitecture(const Cell& cell, std::span<std::uint8_t> out) {
  for (std::size_t e = 0; e < kEdges; ++e) out[e * kOperations + cell[e]] = 1;
}

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
  std::string_view rest = text;
  const auto fail = [&](std::string message) {
    *error = {text.size() - rest.size() + 1, std::move(message)};
    return false;
  };
  const auto expect = [&](std::string_view token, const char* where, std::string_view edge) {
    return Take(token, &rest) || fail(Unexpected(token, where, edge, &rest));
  };
  for (std::size_t e = 0; e < kEdges; ++e) {
    if (!expect(Separator(e), " before edge ", kEdgeNames[e])) return false;
    if (!TakeOperation(&rest, &(*cell)[e])) return fail(UnknownOperation(rest, e));
    if (!expect(kEdgeNames[e].substr(0, 1), " as the input of edge ", kEdgeNames[e])) return false;
  }
  if (!expect("|", " at the end", "")) return false;
  return rest.empty() || fail("expected the end, found " + lode::Quote(rest));
}

}  // namespace nb201

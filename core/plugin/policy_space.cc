#include "core/plugin/policy_space.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>

#include "core/plugin/error.h"
#include "core/plugin/shallow_json.h"
#include "core/plugin/text.h"

namespace lode::core {
namespace {

using nlohmann::json;

std::string Quoted(const std::string& text) { return "'" + PrintableLine(text) + "'"; }

std::string Differ(const std::string& then, const std::string& now) {
  return then == now ? "" : then + ", this search has " + now;
}

// Returns "stages = 5", or "no stages".
std::string Assignment(const PolicySpace& space, const std::string& name) {
  const auto at =
      std::ranges::find(space.parameters, name, &std::pair<std::string, std::string>::first);
  return at != space.parameters.end() ? PrintableLine(name + " = " + at->second)
                                      : "no " + PrintableLine(name);
}

std::string DifferenceOfParameters(const PolicySpace& then, const PolicySpace& now) {
  for (const PolicySpace* space : {&now, &then}) {
    for (const auto& [name, value] : space->parameters) {
      std::string difference = Differ(Assignment(then, name), Assignment(now, name));
      if (!difference.empty()) { return difference; }
    }
  }
  return "";
}

std::string Shape(const Matrix& matrix) {
  return "matrix " + Quoted(matrix.name) + " of " + std::to_string(matrix.rows()) + " x " +
         std::to_string(matrix.columns());
}

// REQUIRES: the same number of labels. `where`: "column", "row".
std::string DifferenceOfLabels(const std::vector<std::string>& then,
                               const std::vector<std::string>& now, const std::string& where,
                               const std::string& matrix) {
  const auto [a, b] = std::ranges::mismatch(then, now);
  if (a == then.end()) { return ""; }
  return Quoted(*a) + " as " + where + " " + std::to_string(a - then.begin() + 1) + " of matrix " +
         Quoted(matrix) + ", this search has " + Quoted(*b);
}

std::string DifferenceOfMatrices(const Matrix& then, const Matrix& now) {
  std::string difference = Differ(Shape(then), Shape(now));
  if (difference.empty()) {
    difference = DifferenceOfLabels(then.row_labels, now.row_labels, "row", now.name);
  }
  if (difference.empty()) {
    difference = DifferenceOfLabels(then.column_labels, now.column_labels, "column", now.name);
  }
  return difference;
}

std::string CountOfMatrices(const PolicySpace& space) {
  const std::size_t count = space.matrices.size();
  return std::to_string(count) + (count == 1 ? " matrix" : " matrices");
}

std::string DifferenceOfMatrices(const PolicySpace& then, const PolicySpace& now) {
  if (then.matrices.size() != now.matrices.size()) {
    return Differ(CountOfMatrices(then), CountOfMatrices(now));
  }
  for (std::size_t i = 0; i < now.matrices.size(); ++i) {
    std::string difference = DifferenceOfMatrices(then.matrices[i], now.matrices[i]);
    if (!difference.empty()) { return difference; }
  }
  return "";
}

}  // namespace

std::string DifferenceOfSpaces(const PolicySpace& learned, const PolicySpace& here) {
  const std::string title = "space " + Quoted(learned.name);
  if (learned.name != here.name) {
    return title + ", this search is in space " + Quoted(here.name);
  }
  std::string difference = DifferenceOfParameters(learned, here);
  if (difference.empty()) { difference = DifferenceOfMatrices(learned, here); }
  return difference.empty() ? "" : title + " with " + difference;
}

std::string FormatPolicySpace(const PolicySpace& space) {
  json matrices = json::array();
  for (const Matrix& m : space.matrices) {
    matrices.push_back({{"name", m.name}, {"rows", m.row_labels}, {"columns", m.column_labels}});
  }
  return FormatJson(
      {{"space", space.name}, {"parameters", space.parameters}, {"matrices", matrices}});
}

PolicySpace ParsePolicySpace(std::string_view text) {
  try {
    const json j = ParseShallowJson(text);
    PolicySpace space{j.at("space"), j.at("parameters"), {}};
    for (const json& matrix : j.at("matrices")) {
      space.matrices.push_back({matrix.at("name"), matrix.at("rows"), matrix.at("columns")});
    }
    return space;
  } catch (const json::exception& e) {
    throw HostError(std::string("its space cannot be read: ") + e.what());
  }
}

}  // namespace lode::core

#include "core/compare/method_names.h"

#include <array>
#include <functional>
#include <set>
#include <string_view>
#include <utility>

#include "core/plugin/error.h"
#include "core/report/search_words.h"

namespace lode::core {
namespace {

using Names = std::vector<std::string>;

// What the point of the grid says beside the task: "optimizer.rea.population=50".
std::string PointOfMethod(const GivenSearch& search) {
  std::string point;
  for (const auto& [path, value] : search.result->search->point) {
    const bool is_task = path.starts_with("space") || path.starts_with("oracle") ||
                         path.starts_with("reward") || path == "optimizer.use";
    if (!is_task && value != "none") {
      point += " " + path.substr(path.rfind('.') + 1) + "=" + value;
    }
  }
  return point;
}

// A stored pipeline has the settings of a preset instead of its name; only the grid may name it, in
// "optimizer.preset", or in a table: "{use=l2nas preset=plus}".
std::string PresetInPoint(const GivenSearch& search) {
  constexpr std::string_view kPreset = "preset=";
  for (const auto& [path, value] : search.result->search->point) {
    if (path == "optimizer.preset") { return value; }
    const std::size_t at = path == "optimizer" ? value.find(kPreset) : std::string::npos;
    if (at != std::string::npos) {
      const std::size_t first = at + kPreset.size();
      return value.substr(first, value.find_first_of(" }", first) - first);
    }
  }
  return "";
}

std::string Optimizer(const GivenSearch& search) {
  ComponentConfig optimizer = search.pipeline().optimizer;
  if (optimizer.preset.empty()) { optimizer.preset = PresetInPoint(search); }
  return OptimizerName(optimizer, {});
}

std::string DirectoryOf(const GivenSearch& search) {
  return search.from->path.lexically_normal().string();
}

// From the shortest to the one that says most.
const std::array<std::function<std::string(const GivenSearch&)>, 6> kNamings = {
    Optimizer,
    [](const GivenSearch& s) { return Optimizer(s) + PointOfMethod(s); },
    [](const GivenSearch& s) { return s.pipeline().name; },
    [](const GivenSearch& s) { return s.pipeline().name + PointOfMethod(s); },
    DirectoryOf,
    [](const GivenSearch& s) { return DirectoryOf(s) + " " + Optimizer(s) + PointOfMethod(s); },
};

// Returns the position of the first search with the name of an earlier one of its task, or the
// number of searches.
std::size_t FirstRepeated(const Names& names, const std::vector<std::size_t>& tasks) {
  std::set<std::pair<std::size_t, std::string>> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!seen.emplace(tasks[i], names[i]).second) { return i; }
  }
  return names.size();
}

}  // namespace

Names MethodNames(const std::vector<GivenSearch>& searches, const std::vector<std::size_t>& tasks) {
  Names names;
  for (const auto& naming : kNamings) {
    names.clear();
    for (const GivenSearch& search : searches) {
      names.push_back((search.from->name.empty() ? naming(search) : search.from->name) +
                      StartMark(search.pipeline().start));
    }
    if (FirstRepeated(names, tasks) == names.size()) { return names; }
  }
  throw HostError("two searches of the same task are called " + names[FirstRepeated(names, tasks)] +
                  ": give each directory once, and name them, as in NAME=DIR");
}

}  // namespace lode::core

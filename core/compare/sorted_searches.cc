#include "core/compare/sorted_searches.h"

#include <algorithm>
#include <utility>

#include "core/compare/method_names.h"

namespace lode::core {

std::size_t SortedSearches::CountOf(std::size_t task) const {
  return static_cast<std::size_t>(std::ranges::count(task_of, task));
}

SortedSearches SortSearches(const std::vector<GivenSearch>& searches) {
  SortedSearches sorted;
  for (const GivenSearch& search : searches) {
    auto settings = TaskSettingsOf(search);
    const auto at = std::ranges::find(sorted.tasks, settings);
    sorted.task_of.push_back(static_cast<std::size_t>(at - sorted.tasks.begin()));
    if (at == sorted.tasks.end()) { sorted.tasks.push_back(std::move(settings)); }
  }
  sorted.names = MethodNames(searches, sorted.task_of);
  return sorted;
}

}  // namespace lode::core

// Searches, sorted by what they searched.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/compare/given_runs.h"
#include "core/compare/task_settings.h"

namespace lode::core {

struct SortedSearches {
  std::vector<std::vector<TaskSetting>> tasks;  // in the order of their first searches
  std::vector<std::size_t> task_of;             // of each search
  std::vector<std::string> names;               // of the methods, one for each search

  // Returns how many searches a task has.
  std::size_t CountOf(std::size_t task) const;
};

// Throws HostError if two searches of a task cannot be distinguished.
SortedSearches SortSearches(const std::vector<GivenSearch>& searches);

}  // namespace lode::core

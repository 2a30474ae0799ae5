// The runs that a comparison is given.
#pragma once

#include <filesystem>
#include <list>
#include <set>
#include <string>
#include <vector>

#include "core/run/stored_runs.h"
#include "core/search/search_result.h"

namespace lode::core {

// A directory of runs. `name`: what the caller calls its method, or "". `only`: the directories of
// the runs that are given, if not all are.
struct GivenDirectory {
  std::string name;
  std::filesystem::path path;
  std::set<std::filesystem::path> only{};

  bool Gives(const std::filesystem::path& run) const;
};

// A search with runs that have ended. Points into GivenRuns.
struct GivenSearch {
  const GivenDirectory* from;
  const SearchResult* result;
  std::vector<std::filesystem::path> directories;  // of result->runs

  const Pipeline& pipeline() const { return result->search->pipeline; }
};

// All runs in or below some directories. Checks their stores, changes nothing and loads no plugins.
class GivenRuns {
 public:
  // Throws HostError or ConfigError if nothing can be read in a directory.
  explicit GivenRuns(std::vector<GivenDirectory> directories);

  const std::vector<GivenSearch>& searches() const { return searches_; }
  // What was read in each directory; its results are those of the given runs.
  const std::list<StoredRuns>& stored() const { return stored_; }
  // What could not be read, and why.
  const std::vector<std::string>& damages() const { return damages_; }
  // A line for each given run that has not ended.
  const std::vector<std::string>& unfinished() const { return unfinished_; }

 private:
  void Add(const GivenDirectory& from);

  const std::vector<GivenDirectory> directories_;
  std::list<StoredRuns> stored_;
  std::vector<GivenSearch> searches_;
  std::vector<std::string> damages_, unfinished_;
};

}  // namespace lode::core

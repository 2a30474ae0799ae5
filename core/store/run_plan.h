// What is to be run in a directory of runs: `plan.json` in it, there as a whole before the first
// trial. So that runs which had not begun when the program was killed are known all the same.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace lode::core {

inline constexpr char kPlanFile[] = "plan.json";

// Runs of one search.
struct PlannedSearch {
  std::filesystem::path directory;  // that holds them, relative to the plan's; may be empty
  std::vector<std::pair<std::string, std::string>> point;  // as in Search::point
  std::string pipeline;                                    // resolved, as TOML
  std::vector<std::uint64_t> seeds;
};

using RunPlan = std::vector<PlannedSearch>;

// Empty if there is none. Throws HostError if it cannot be read.
RunPlan ReadPlan(const std::filesystem::path& directory);

// Adds searches to the plan that is there: the seeds of one in the same directory are joined, and
// the later pipeline is kept. Throws HostError.
void AddToPlan(const std::filesystem::path& directory, const RunPlan& searches);

}  // namespace lode::core

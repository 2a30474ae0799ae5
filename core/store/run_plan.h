// The plan of a directory of runs: its `plan.json`, complete before the first trial. It lists even
// the runs that had not begun when the program was killed.
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
  std::filesystem::path directory;  // that holds the runs, relative to the plan's; may be empty
  std::vector<std::pair<std::string, std::string>> point;  // as in Search::point
  std::string pipeline;                                    // resolved, as TOML
  std::vector<std::uint64_t> seeds;
};

using RunPlan = std::vector<PlannedSearch>;

// Converts plan.json; messages call it `file`. Parsing throws HostError for any other text.
std::string FormatPlan(const RunPlan& plan);
RunPlan ParsePlan(const std::string& text, const std::string& file);

// Returns the plan, empty if there is none. Throws HostError if it cannot be read.
RunPlan ReadPlan(const std::filesystem::path& directory);

// Adds searches to the existing plan. For searches in the same directory, joins the seeds and keeps
// the later pipeline. Throws HostError.
void AddToPlan(const std::filesystem::path& directory, const RunPlan& searches);

// Removes the searches of the pipeline whose runs are in `root`, relative to the plan's directory,
// as in PlannedSearch. Throws HostError.
void RemoveFromPlan(const std::filesystem::path& directory, const std::filesystem::path& root);

}  // namespace lode::core

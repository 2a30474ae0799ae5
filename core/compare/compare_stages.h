// Comparisons of stages that a pipeline asks for: [pipeline] compare_with.
#pragma once

#include <cstddef>
#include <list>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/compare/comparison.h"
#include "core/run/stage_run.h"

namespace lode::core {

// A stage, compared with the stages that it names.
struct AskedComparison {
  std::string stage{};
  std::optional<Comparison> comparison{};
  std::string fault{};  // why there is none
};

// Compares each stage that has finished and asks for it, by what its budget counts. Methods have
// the names of stages. Stages that have not finished are left out.
std::vector<AskedComparison> CompareAsked(const std::list<StageRun>& stages);

// Returns ComparisonText of each, or why there is none, with a blank line after it.
std::string FormatAsked(const std::vector<AskedComparison>& asked, std::size_t width);

// Returns a list of ComparisonToJson, each with "stage", or {"stage", "fault"}.
nlohmann::json ToJson(const std::vector<AskedComparison>& asked);

}  // namespace lode::core

// What a report shows, as one JSON document for the page.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/compare/given_runs.h"

namespace lode::core {

struct ReportOptions {
  std::string command{};                         // that was typed
  std::vector<std::filesystem::path> plugins{};  // named by the caller
  std::size_t top = 64;                          // architectures that a state is the mean of
  // Called before each search is read, which may take seconds, with its place from 1 and how many
  // there are.
  std::function<void(std::size_t place, std::size_t of)> listener{};
};

// Returns {"title", "version", "command", "remarks", "results": ToJson of render_json.h,
// "searches": [...], "comparison": {...}}, whose parts web/README.md describes. Reads the stores
// and loads the plugins of spaces that may be loaded. Throws HostError. REQUIRES: a run has ended.
nlohmann::json ReportData(const GivenRuns& given, const ReportOptions& options);

}  // namespace lode::core

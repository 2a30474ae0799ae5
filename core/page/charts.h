// The charts of a report as SVG documents, drawn by the code of its page.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/page/script.h"

namespace lode::core {

// The code that draws, as built from web/: relative to the prefix.
inline constexpr char kChartsScript[] = "share/lode/figures.js";

// One chart, with one choice of what it shows.
struct Chart {
  std::string name;        // of files: "curves", "importance-2", "curves-wall_seconds"
  std::string short_name;  // without the place of its task or search, if it is of the first one
  std::string title;
  std::string of;         // the task or the search, if there are several
  bool is_usual = false;  // not one of many combinations of choices
};

class Charts {
 public:
  // Takes the JSON of report_data.h. Throws HostError if this build has no charts.
  explicit Charts(const nlohmann::json& report);

  const std::vector<Chart>& list() const { return list_; }

  // Returns the chart at a position of the list. `width`: in pixels, of which an inch has 96.
  // Throws HostError.
  std::string Draw(std::size_t position, int width);

 private:
  Script script_;
  const std::vector<Chart> list_;
};

}  // namespace lode::core

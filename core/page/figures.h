// Single figures as SVG documents, for papers.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/compare/given_runs.h"
#include "core/page/charts.h"
#include "core/page/report_data.h"
#include "core/plugin/error.h"

namespace lode::core {

// Thrown where a search has nothing that a figure could show.
class NothingToDraw : public HostError {
 public:
  using HostError::HostError;
};

// The figures of some runs: the charts of their report, and those that are drawn here:
// "state"   what a search had found at its end, beside the truth where it is known: the means of
//           the best architectures (search_state.h)
// "best"    the best architecture of each search, one above the other
class Figures {
 public:
  // REQUIRES: `given` has a search, and outlives this.
  Figures(const GivenRuns& given, ReportOptions options);

  // Returns the names of all figures that make sense together, each once. Throws HostError.
  std::vector<std::string> Usual();

  // Returns a figure. `width`: of a chart, in pixels, of which an inch has 96; the others are as
  // wide as they must be. Throws HostError, which for an unknown name has the known ones,
  // and NothingToDraw.
  std::string Draw(const std::string& name, int width);

 private:
  Charts& charts();
  std::string State(std::size_t search) const;
  std::string Best() const;
  [[noreturn]] void RefuseName(const std::string& name);

  const GivenRuns& given_;
  ReportOptions options_;
  std::unique_ptr<Charts> charts_;  // made when one is asked for
};

}  // namespace lode::core

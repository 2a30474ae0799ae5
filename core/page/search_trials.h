// The trials of a search's runs, in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/compare/given_runs.h"
#include "core/search/trial.h"

namespace lode::core {

struct SeenTrial {
  std::size_t run = 0;  // position in the search's result
  std::uint64_t step = 0;
  std::size_t architecture = 0;   // position in SearchTrials::architectures()
  std::vector<double> metrics{};  // empty if it failed
  double reward = 0;              // NaN if it failed
  bool is_random = false;
  bool is_feasible = false;  // measured, and within all limits
};

class SearchTrials {
 public:
  // Throws HostError for a store that cannot be read.
  explicit SearchTrials(const GivenSearch& search);

  // The distinct ones, in the order in which they were seen.
  const std::vector<std::string>& architectures() const { return architectures_; }
  // Run by run, each in the order in which the optimizer was told.
  const std::vector<SeenTrial>& trials() const { return trials_; }

  // Returns the trials with the best rewards, one for each architecture, the best first: those of
  // one run within its first `steps` told trials. Of equal rewards, the earlier comes first.
  std::vector<const SeenTrial*> BestOf(
      std::size_t run, std::size_t count,
      std::uint64_t steps = std::numeric_limits<std::uint64_t>::max()) const;

  // Returns a trial for each architecture that was measured fully and within the limits, in the
  // order in which they were seen.
  std::vector<const SeenTrial*> Distinct() const;

 private:
  void Add(std::size_t run, const TrialRecord& trial);

  std::vector<std::string> architectures_;
  std::unordered_map<std::string, std::size_t> positions_;
  std::vector<SeenTrial> trials_;
};

}  // namespace lode::core

#include "core/page/search_trials.h"

#include <algorithm>

#include "core/store/stored_run.h"

namespace lode::core {

SearchTrials::SearchTrials(const GivenSearch& search) {
  for (std::size_t run = 0; run < search.directories.size(); ++run) {
    StoredRun(search.directories[run]).ForEachTold([&](const TrialRecord& trial, const TrialCost&) {
      Add(run, trial);
    });
  }
}

void SearchTrials::Add(std::size_t run, const TrialRecord& trial) {
  const auto [at, is_new] =
      positions_.emplace(std::string(trial.architecture), architectures_.size());
  if (is_new) { architectures_.push_back(at->first); }
  trials_.push_back({run,
                     trial.step,
                     at->second,
                     {trial.metrics.begin(), trial.metrics.end()},
                     trial.reward,
                     trial.random,
                     trial.feasible() && trial.fidelity == 1});
}

std::vector<const SeenTrial*> SearchTrials::BestOf(std::size_t run, std::size_t count,
                                                   std::uint64_t steps) const {
  std::unordered_map<std::size_t, std::size_t> place;  // of an architecture among the best
  std::vector<const SeenTrial*> best;
  std::uint64_t told = 0;
  for (const SeenTrial& trial : trials_) {
    if (trial.run != run || told++ >= steps || !trial.is_feasible) { continue; }
    const auto [at, is_new] = place.emplace(trial.architecture, best.size());
    if (is_new) {
      best.push_back(&trial);
    } else if (trial.reward > best[at->second]->reward) {
      best[at->second] = &trial;
    }
  }
  std::ranges::stable_sort(best,
                           [](const auto* a, const auto* b) { return a->reward > b->reward; });
  best.resize(std::min(count, best.size()));
  return best;
}

std::vector<const SeenTrial*> SearchTrials::Distinct() const {
  std::vector<bool> seen(architectures_.size());
  std::vector<const SeenTrial*> distinct;
  for (const SeenTrial& trial : trials_) {
    if (!trial.is_feasible || seen[trial.architecture]) { continue; }
    seen[trial.architecture] = true;
    distinct.push_back(&trial);
  }
  return distinct;
}

}  // namespace lode::core

#include "core/page/search_state.h"

#include <utility>

#include "core/config/diagnostic.h"
#include "core/page/true_best.h"
#include "core/plugin/error.h"
#include "core/report/best_runs.h"
#include "core/run/stored_plan.h"

namespace lode::core {
namespace {

std::vector<lode::Architecture> FoundBest(const SearchTrials& trials, const KnownSpace& known,
                                          std::size_t run, std::size_t count) {
  std::vector<lode::Architecture> found;
  for (const SeenTrial* trial : trials.BestOf(run, count)) {
    if (auto cells = known.Parse(trials.architectures()[trial->architecture])) {
      found.push_back(std::move(*cells));
    }
  }
  return found;
}

std::vector<lode::Architecture> Truth(const KnownSpace& known, std::size_t count) {
  try {
    const LoadedPipeline loaded = LoadStored(
        known.directory(), {.plugins = known.plugins(), .allowed = AllowedPlugins::kKnown});
    return TrueBest(known.space(), loaded, count).value_or(std::vector<lode::Architecture>());
  } catch (const HostError&) {
    return {};  // an oracle that is not here
  } catch (const ConfigError&) {
    return {};  // one whose data is not here
  }
}

}  // namespace

std::optional<SearchState> FindState(const SearchSummary& summary, const SearchTrials& trials,
                                     const KnownSpace& known, std::size_t count) {
  const RunResult* run = BestRunOf(*summary.result);
  if (run == nullptr) { return std::nullopt; }
  const auto position = static_cast<std::size_t>(run - summary.result->runs.data());
  SearchState state{run->seed, run->steps, FoundBest(trials, known, position, count), {}};
  if (state.found.empty()) { return std::nullopt; }
  state.truth = Truth(known, count);
  return state;
}

std::vector<double> MeanOf(const std::vector<lode::Architecture>& architectures) {
  std::vector<double> mean(architectures.front().size());
  for (const lode::Architecture& architecture : architectures) {
    for (std::size_t cell = 0; cell < mean.size(); ++cell) { mean[cell] += architecture[cell]; }
  }
  for (double& cell : mean) { cell /= static_cast<double>(architectures.size()); }
  return mean;
}

}  // namespace lode::core

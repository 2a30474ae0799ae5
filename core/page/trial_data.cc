#include "core/page/trial_data.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/page/decisions.h"
#include "core/page/forest.h"
#include "core/page/search_state.h"
#include "core/plugin/text.h"
#include "core/report/search_words.h"
#include "core/report/words.h"

namespace lode::core {
namespace {

using nlohmann::json;

constexpr std::size_t kBins = 40;

// Keeps at most `most`, evenly spread, the last one included.
template <class T>
std::vector<T> Spread(const std::vector<T>& all, std::size_t most) {
  if (all.size() <= most) { return all; }
  std::vector<T> kept;
  for (std::size_t i = 1; i <= most; ++i) { kept.push_back(all[i * all.size() / most - 1]); }
  return kept;
}

std::vector<const SeenTrial*> Measured(const SearchTrials& trials) {
  std::vector<const SeenTrial*> measured;
  for (const SeenTrial& trial : trials.trials()) {
    if (!trial.metrics.empty()) { measured.push_back(&trial); }
  }
  return measured;
}

// Lists of the same length: faster to read and shorter than objects.
json PointsToJson(const SearchTrials& trials, std::size_t metric, std::size_t most) {
  const std::vector<const SeenTrial*> measured = Measured(trials);
  json out{{"step", json::array()},
           {"value", json::array()},
           {"random", json::array()},
           {"of", measured.size()}};
  for (const SeenTrial* trial : Spread(measured, most)) {
    out["step"].push_back(trial->step);
    out["value"].push_back(trial->metrics[metric]);
    out["random"].push_back(trial->is_random ? 1 : 0);
  }
  return out;
}

// Counts values in bins of equal width.
json HistogramOf(const std::vector<const SeenTrial*>& distinct, std::size_t metric) {
  if (distinct.empty()) { return nullptr; }
  const auto value = [metric](const SeenTrial* trial) { return trial->metrics[metric]; };
  const auto [least, most] = std::ranges::minmax(distinct, {}, value);
  const double low = value(least), width = (value(most) - low) / kBins;
  std::vector<std::size_t> counts(width > 0 ? kBins : 1);
  for (const SeenTrial* trial : distinct) {
    const auto bin = width > 0 ? static_cast<std::size_t>((value(trial) - low) / width) : 0;
    ++counts[std::min(bin, counts.size() - 1)];
  }
  return {{"low", low}, {"width", width}, {"counts", counts}, {"of", distinct.size()}};
}

json FrontOf(const SearchSummary& summary, const SearchTrials& trials, std::size_t most) {
  if (summary.front.empty()) { return nullptr; }
  const std::vector<std::size_t>& goals = summary.goals.metrics();
  const auto values = [&](const std::vector<double>& metrics) {
    json row = json::array();
    for (const std::size_t goal : goals) { row.push_back(metrics[goal]); }
    return row;
  };
  json out{{"goals", json::array()}, {"trials", json::array()}, {"others", json::array()}};
  for (const std::size_t goal : goals) {
    const MetricDeclaration& metric = summary.result->metrics[goal];
    out["goals"].push_back({{"name", metric.name},
                            {"text", DescribeMetric(metric)},
                            {"minimize", metric.direction == LODE_MINIMIZE}});
  }
  for (const FrontTrial& trial : summary.front) {
    out["trials"].push_back({{"values", values(trial.metrics)}, {"name", trial.architecture}});
  }
  for (const SeenTrial* trial : Spread(trials.Distinct(), most)) {
    out["others"].push_back(values(trial->metrics));
  }
  return out;
}

// The choices that trials took; those whose architecture the space does not know are left out.
struct Chosen {
  std::vector<const SeenTrial*> trials;
  std::vector<std::vector<std::uint8_t>> choices;
};

Chosen ChosenBy(const std::vector<const SeenTrial*>& from, const SearchTrials& trials,
                const KnownSpace& known) {
  Chosen chosen;
  for (const SeenTrial* trial : from) {
    const auto cells = known.Parse(trials.architectures()[trial->architecture]);
    if (!cells) { continue; }
    chosen.trials.push_back(trial);
    chosen.choices.push_back(ChoicesOf(known.space(), *cells));
  }
  return chosen;
}

json DecisionsToJson(const std::vector<Decision>& decisions) {
  json out = json::array();
  for (const Decision& decision : decisions) {
    out.push_back({{"name", decision.name}, {"choices", decision.choices}});
  }
  return out;
}

// Returns rows of choices with the value at the end, the best reward last, to be drawn on top.
json ParallelOf(const std::vector<const SeenTrial*>& distinct, const SearchTrials& trials,
                const KnownSpace& known, std::size_t metric, std::size_t most) {
  std::vector<const SeenTrial*> order = distinct;
  std::ranges::stable_sort(order, {}, [](const SeenTrial* trial) { return trial->reward; });
  const Chosen chosen = ChosenBy(Spread(order, most), trials, known);
  json rows = json::array();
  for (std::size_t i = 0; i < chosen.trials.size(); ++i) {
    json row = chosen.choices[i];
    row.push_back(chosen.trials[i]->metrics[metric]);
    rows.push_back(std::move(row));
  }
  return {{"rows", rows}, {"of", distinct.size()}};
}

// A choice "none" that nothing takes is no choice.
std::vector<std::size_t> CountsOf(const std::vector<Decision>& decisions, const Chosen& chosen) {
  std::vector<std::size_t> counts;
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    const std::size_t none = decisions[i].choices.size() - 1;
    const bool is_taken = std::ranges::any_of(
        chosen.choices, [&](const auto& choices) { return choices[i] == none; });
    counts.push_back(none + (is_taken ? 1 : 0));
  }
  return counts;
}

json ImportanceToJson(const std::vector<const SeenTrial*>& distinct, const SearchTrials& trials,
                      const KnownSpace& known, std::size_t metric, std::size_t most) {
  constexpr std::size_t kFewest = 20, kMostChoices = 64;
  const Chosen chosen = ChosenBy(Spread(distinct, most), trials, known);
  if (chosen.trials.size() < kFewest) { return nullptr; }
  Samples samples{CountsOf(DecisionsOf(known.space()), chosen), chosen.choices, {}};
  if (std::ranges::max(samples.choices) > kMostChoices) { return nullptr; }
  for (const SeenTrial* trial : chosen.trials) { samples.values.push_back(trial->metrics[metric]); }
  const Importance importance = ImportanceOf(samples);
  json out{{"decisions", json::array()},
           {"samples", chosen.trials.size()},
           {"trees", ForestSettings().trees},
           {"varies", importance.variance > 0}};
  for (const DecisionImportance& decision : importance.decisions) {
    out["decisions"].push_back({{"share", decision.share}, {"means", decision.means}});
  }
  return out;
}

// The mean of some architectures, and the best of them.
json MeanToJson(const std::vector<lode::Architecture>& best) {
  return {{"mean", MeanOf(best)}, {"best", best.front()}, {"count", best.size()}};
}

json MatricesToJson(const lode::Space& space) {
  json out = json::array();
  for (const lode::Matrix& matrix : space.matrices()) {
    json rows = json::array(), columns = json::array();
    for (const std::string& label : matrix.row_labels) { rows.push_back(PrintableLine(label)); }
    for (const std::string& label : matrix.column_labels) {
      columns.push_back(PrintableLine(label));
    }
    out.push_back({{"name", PrintableLine(matrix.name)}, {"rows", rows}, {"columns", columns}});
  }
  return out;
}

json StateToJson(const SearchSummary& summary, const SearchTrials& trials, const KnownSpace& known,
                 std::size_t count) {
  const std::optional<SearchState> state = FindState(summary, trials, known, count);
  if (!state) { return nullptr; }
  return {{"seed", state->seed},
          {"steps", state->steps},
          {"matrices", MatricesToJson(known.space())},
          {"found", MeanToJson(state->found)},
          {"true", state->truth.empty() ? json() : MeanToJson(state->truth)}};
}

}  // namespace

json TrialData(const SearchTrials& trials, const SearchSummary& summary, const KnownSpace* space,
               const TrialBounds& bounds) {
  const std::size_t metric = summary.reward_metric;
  const std::vector<const SeenTrial*> distinct = trials.Distinct();
  json out{{"points", PointsToJson(trials, metric, bounds.points)},
           {"histogram", HistogramOf(distinct, metric)},
           {"front", FrontOf(summary, trials, bounds.points)}};
  for (const char* name : {"decisions", "parallel", "importance", "state"}) { out[name] = nullptr; }
  if (space == nullptr) { return out; }
  out["decisions"] = DecisionsToJson(DecisionsOf(space->space()));
  out["parallel"] = ParallelOf(distinct, trials, *space, metric, bounds.lines);
  out["importance"] = ImportanceToJson(distinct, trials, *space, metric, bounds.samples);
  out["state"] = StateToJson(summary, trials, *space, bounds.top);
  return out;
}

}  // namespace lode::core

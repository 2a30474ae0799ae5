#include "core/search/known_trials.h"

#include <cmath>
#include <utility>

#include "core/search/best_tracker.h"

namespace lode::core {

KnownTeller::KnownTeller(const Pipeline& pipeline, Components& components, Evaluator& evaluator,
                         const Reward& reward, Teller& teller)
    : rejects_(pipeline.reward.limit_rule == LimitRule::kRejection),
      components_(components),
      evaluator_(evaluator),
      reward_(reward),
      teller_(teller) {}

WarmStart KnownTeller::Tell(const std::vector<KnownTrial>& trials) {
  WarmStart told;
  for (std::size_t i = 0; i < trials.size(); ++i) { TellOne(trials[i], i, told); }
  return told;
}

void KnownTeller::TellOne(const KnownTrial& known, std::uint64_t position, WarmStart& told) {
  Evaluator::Proposed proposed{.architecture = ParseArchitecture(components_, known.architecture)};
  proposed.text = components_.UseSpace(
      [&] { return FormatArchitecture(components_.space(), proposed.architecture); });
  const std::uint64_t id = kFirstKnownId + position;
  const std::vector<double> row = evaluator_.Complete(proposed, id, known.metrics);
  const TrialRecord trial = RecordOf(proposed.text, id, row);
  const bool left_out = !std::isfinite(trial.reward) || (rejects_ && trial.violation > 0);
  evaluator_.Adopt(proposed, id, row, left_out);
  if (left_out) {
    ++told.left_out;
    return;
  }
  teller_.TellKnown(trial, proposed.architecture, position);
  ++told.trials;
  const bool is_better = !told.best || trial.reward > told.best->reward;
  if (trial.feasible() && is_better) { told.best = Summarize(trial); }
}

TrialRecord KnownTeller::RecordOf(std::string_view text, std::uint64_t id,
                                  std::span<const double> row) const {
  return {.evaluation = id,
          .architecture = text,
          .metrics = row,
          .reward = reward_(row),
          .violation = reward_.limits().Violation(row)};
}

}  // namespace lode::core

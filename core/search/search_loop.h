// The search loop of one run.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/component.h"
#include "core/search/budget.h"
#include "core/search/checkpoints.h"
#include "core/search/components.h"
#include "core/search/evaluator.h"
#include "core/search/executor.h"
#include "core/search/known_trials.h"
#include "core/search/pareto.h"
#include "core/search/proposer.h"
#include "core/search/reward.h"
#include "core/search/run.h"
#include "core/search/step.h"
#include "core/search/taking_order.h"
#include "core/search/tally.h"
#include "core/search/teller.h"
#include "core/search/trial.h"

namespace lode::core {

// Asks for up to as many proposals as the executor takes before it tells the results of earlier
// ones. It tells results in the order of asking; then what is asked and told depends on how far it
// asks ahead, not on when results arrive. Or it tells them in the order in which they arrive, if
// the pipeline says so; then it can be replayed in the same order.
class SearchLoop {
 public:
  // Its collaborators, which outlive the loop.
  struct Parts {
    const Pipeline& pipeline;
    const RunContext& context;
    Components& components;
    Executor& executor;
    Evaluator& evaluator;
    const Reward& reward;
    const Goals& goals;
    bool computed = false;  // formulas compute all results
    Records& records;       // what exploration and optimizer record is appended here
  };

  explicit SearchLoop(const Parts& parts);

  // See Runner::Execute.
  RunResult Execute(const std::vector<TrialObserver*>& observers, const Beginning& beginning);

  // Passes an evaluation to the observers.
  void Pass(const EvaluationRecord& evaluation) const;

 private:
  // Named steps of Execute().
  void TellKnown(const std::vector<KnownTrial>& known);
  void Search();
  void Confirm();
  RunResult Result(double seconds) const;

  bool AskAhead();
  void Begin();
  bool Propose(Step& step);
  void ProposeOnce(Step& step);
  bool Reject(Step& step);

  void TakeNext();
  void PassTaken(const Step& step) const;
  void Drop(Steps::iterator step);
  TrialRecord Rewarded(const Step& step, const Evaluator::Result& result) const;
  void Tell(Step& step, const TrialRecord& trial);
  void TellTrained(const Step& step, const TrialRecord& trial);
  void PassTrial(const TrialRecord& trial);
  void PassRecords(std::uint64_t step, const Records& records) const;

  bool IsSpent() const;
  Spending Asked() const;
  void CheckEnd();
  void ThrowIfCancelled() const;

  const Parts parts_;
  const Pipeline& pipeline_;
  const std::size_t ahead_;  // the number of steps in progress at once
  Proposer proposer_;
  Teller teller_;
  Tally tally_;
  TakingOrder order_;
  std::vector<TrialObserver*> observers_;

  Checkpoints checkpoints_;

  Steps steps_;                                      // in progress
  std::uint64_t asked_ = 0;                          // steps
  std::optional<std::uint64_t> search_evaluations_;  // when the search has ended
  std::optional<WarmStart> warm_start_;
  std::optional<BestTrial> confirmed_;
  Tally::End end_;
  bool broken_ = false;
};

}  // namespace lode::core

#include "core/run/execute_plan.h"

#include <algorithm>
#include <string>

#include "core/run/hints.h"
#include "core/run/run_queue.h"

namespace lode::core {
namespace {

// Returns the name of the runs' pipeline; "" if they belong to several.
std::string CommonName(const std::vector<PlannedRun>& runs) {
  const std::string& first = runs.front().search->pipeline.name;
  const bool common = std::ranges::all_of(
      runs, [&](const PlannedRun& run) { return run.search->pipeline.name == first; });
  return common ? first : "";
}

bool HasEnding(const Plan& plan, Ending ending) {
  return std::ranges::any_of(plan.runs, [ending](const PlannedRun& run) {
    return run.result->runs[run.position].ending == ending;
  });
}

// A run that was interrupted without a request to stop counts as failed.
bool HasFailed(const Plan& plan, bool cancelled) {
  return std::ranges::any_of(plan.results, [cancelled](const SearchResult& result) {
    return std::ranges::any_of(result.runs, [cancelled](const RunResult& run) {
      return run.ending == Ending::kFailed || (run.ending == Ending::kInterrupted && !cancelled);
    });
  });
}

}  // namespace

Completion ExecutePlan(Plan& plan, std::string_view stage, const RunEnvironment& environment) {
  RunListener& listener = environment.listener;
  GiveHints(plan, environment);
  listener.OnStageStarted({stage, CommonName(plan.runs), plan.runs.size()});
  if (environment.evaluates_on_ranks()) {
    environment.mpi->link();  // by the thread that ends it, and after the last fork
  }
  const bool started = RunQueue(plan.runs, environment).Run();
  const bool have_all_ended = !HasEnding(plan, Ending::kInterrupted);
  plan.ForgetEmptyResults();
  const CancelToken& cancel = environment.cancel;
  StageFinished finished{.stage = stage};
  if (!started || HasFailed(plan, cancel.is_cancelled())) {
    finished.completion = Completion::kFailed;
  } else if (cancel.is_cancelled() &&
             !(cancel.reason() == CancelReason::kWallTime && have_all_ended)) {
    finished.completion = CompletionOf(cancel);
  }
  listener.OnStageFinished(finished);
  return finished.completion;
}

}  // namespace lode::core

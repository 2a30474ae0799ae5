#include "core/run/prepare_stage.h"

#include <chrono>
#include <string_view>

namespace lode::core {
namespace {

// Returns whether the preparation completed.
bool Prepare(const StageRun& stage, const RunInfo& run, const RunEnvironment& environment) {
  RunListener& listener = environment.listener;
  const RunContext context{0,
                           &environment.cancel.flag(),
                           [&](const CallProgress& call) {
                             listener.OnProgress({run, call});
                           },
                           {},
                           stage.directory};
  try {
    MakeExecutor(run.search->pipeline, stage.catalog, context, environment.program,
                 environment.mpi);
    return true;
  } catch (const lode::CancelledError&) { return false; }
}

}  // namespace

Completion PrepareStage(const StageRun& stage, const RunEnvironment& environment) {
  RunListener& listener = environment.listener;
  const Search& search = stage.searches.front();
  const RunInfo run{0, search.pipeline.name, &search, 0, stage.directory};
  listener.OnStageStarted({stage.stage.name, "", 1});
  const auto start = std::chrono::steady_clock::now();
  listener.OnStarted({run});
  const bool prepared = Prepare(stage, run, environment);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  StageFinished finished{.stage = stage.stage.name, .seconds = taken.count()};
  finished.prepared = prepared ? std::string_view(run.title) : "";
  if (environment.cancel.is_cancelled() || !prepared) {
    finished.completion = CompletionOf(environment.cancel);
  }
  listener.OnStageFinished(finished);
  return finished.completion;
}

}  // namespace lode::core

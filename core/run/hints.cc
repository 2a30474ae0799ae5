#include "core/run/hints.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/exec/processors.h"
#include "core/report/convert_svg.h"

namespace lode::core {
namespace {

using Hints = std::vector<std::string>;

void AddHintsOnOptimizer(const PlannedRun& run, Hints& hints) {
  const Pipeline& pipeline = run.search->pipeline;
  const auto* optimizer = run.catalog->Find(LODE_OPTIMIZER, pipeline.optimizer.id);
  const std::string title = "optimizer '" + optimizer->id + "' ";
  if (!pipeline.explorations.empty() && (optimizer->capabilities & LODE_CAP_EXPLORES) != 0) {
    hints.push_back(title + "explores by itself: the pipeline's exploration is not used");
  }
  if (pipeline.execution.workers > 1 && (optimizer->capabilities & LODE_CAP_SEVERAL_ASKS) == 0) {
    hints.push_back(title + "proposes one architecture at a time: only one of the workers is used");
  }
}

void AddHintOnThreads(const ExecutionConfig& execution, bool on_ranks, Hints& hints) {
  const unsigned busy = BusyThreads(execution);
  if (execution.threads > 1 && !on_ranks && busy > Processors()) {
    hints.push_back("'workers' times 'threads' is " + std::to_string(busy) + ", and here are " +
                    std::to_string(Processors()) +
                    " processors: the threads will wait for each other");
  }
}

void AddHintOnPictures(const Pipeline& pipeline, Hints& hints) {
  if (!pipeline.record.tensorboard || DrawsPictures(pipeline.execution)) { return; }
  hints.push_back(std::string("TensorBoard gets no pictures of architectures: ") +
                  (CanConvertSvg() ? "with isolate = \"all\" the space is in another process"
                                   : "there is no program rsvg-convert (Debian package "
                                     "librsvg2-bin)"));
}

}  // namespace

bool DrawsPictures(const ExecutionConfig& execution) {
  return CanConvertSvg() && execution.isolate != Isolation::kAll;
}

unsigned BusyThreads(const ExecutionConfig& execution) {
  return static_cast<unsigned>(execution.workers * execution.threads);
}

void GiveHints(const Plan& plan, const RunEnvironment& environment) {
  Hints given;
  for (const PlannedRun& run : plan.runs) {
    Hints hints;
    AddHintsOnOptimizer(run, hints);
    AddHintOnThreads(run.search->pipeline.execution, environment.evaluates_on_ranks(), hints);
    AddHintOnPictures(run.search->pipeline, hints);
    for (const std::string& hint : hints) {
      if (std::ranges::find(given, hint) == given.end()) {
        given.push_back(hint);
        environment.listener.OnWarning({RunWarning::Kind::kHint, hint});
      }
    }
  }
}

}  // namespace lode::core

#include "core/run/run_environment.h"

namespace lode::core {

double RunEnvironment::WallSeconds(const std::vector<const Search*>& searches) const {
  double least = 0;
  for (const Search* search : searches) {
    const double seconds = search->pipeline.budget.wall_seconds;
    least = least == 0 || (seconds > 0 && seconds < least) ? seconds : least;
  }
  return wall_seconds.value_or(least);
}

Completion CompletionOf(const CancelToken& cancelled) {
  return cancelled.reason() == CancelReason::kWallTime ? Completion::kOutOfTime
                                                       : Completion::kCancelled;
}

}  // namespace lode::core

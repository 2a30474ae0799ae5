// How the execution of runs ended.
#pragma once

namespace lode::core {

enum class Completion {
  kDone,       // all runs ended well
  kFailed,     // a run failed or ended without being asked to
  kOutOfTime,  // the wall time ran out before all runs had ended
  kCancelled   // cancelled before all runs had ended
};

}  // namespace lode::core

// How it ended that runs were executed.
#pragma once

namespace lode::core {

enum class Completion {
  kDone,       // all runs ended well
  kFailed,     // one failed, or ended although nobody wanted it
  kOutOfTime,  // the wall time was over before all had ended
  kCancelled   // somebody cancelled before all had ended
};

}  // namespace lode::core

#include "toolkit/posix/wait_status.h"

#include <cstring>

namespace lode::posix {

std::string SignalText(int number) {
  const char* name = sigdescr_np(number);
  return "signal " + std::to_string(number) +
         (name != nullptr ? " (" + std::string(name) + ")" : "");
}

}  // namespace lode::posix

// Pipes whose ends have owners.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include "toolkit/posix/descriptor.h"

namespace lode::posix {

struct Pipe {
  Descriptor read, write;
};

// Returns a pipe that programs started later do not inherit. If none can be made, both ends are
// closed and errno says why.
inline Pipe MakePipe() {
  int ends[2];
  return pipe2(ends, O_CLOEXEC) == 0 ? Pipe{Descriptor(ends[0]), Descriptor(ends[1])} : Pipe{};
}

}  // namespace lode::posix

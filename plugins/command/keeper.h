// A process between this one and a program, which ends with the program and with all that it has started.
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_PLUGINS_COMMAND_KEEPER_H_
#define LODE_PLUGINS_COMMAND_KEEPER_H_

#include <sys/types.h>

namespace command {

// What a keeper does from fork on. Nothing but system calls: it is a copy of one thread, with the locks as
// other threads held them.
//
// It becomes the parent of whatever descends from the program and has lost its own parent, in any
// session and with any environment. It is told by SIGTERM to end all of them, politely at first, and by
// SIGUSR1, or by the death of the thread that forked it, to end them at once.
struct KeeperTask {
  pid_t parent;                        // the process that forked it
  int status;                          // takes the program's wait status, an int, when it has ended
  int failure;                         // takes the errno of what failed before that
  int grace_ms;                        // from SIGTERM to SIGKILL
  void (*become)(const void* launch);  // makes the program of a forked process; does not return
  const void* launch;
};

// Prepares this process, which was just forked, and keeps. All other descriptors are closed.
[[noreturn]] void Keep(const KeeperTask& task);

}  // namespace command

#endif  // LODE_PLUGINS_COMMAND_KEEPER_H_

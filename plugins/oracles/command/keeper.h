// A process between this one and a program; it ends together with the program and everything that
// the program has started.
#pragma once

#include <sys/types.h>

namespace command {

// The work of a keeper, from fork on. It makes only system calls: it is a copy of one thread, with
// locks in the state in which other threads held them.
//
// It becomes the parent of every descendant of the program that has lost its own parent, in any
// session and with any environment. SIGTERM tells it to end all of them, politely at first;
// SIGUSR1, or the death of the thread that forked it, to end them at once.
struct KeeperTask {
  pid_t parent;  // the process that forked it
  int status;    // receives the program's wait status, an int, when it has ended
  int failure;   // receives the errno of a failure before that
  int grace_ms;  // from SIGTERM to SIGKILL
  void (*become)(const void* launch);  // turns a forked process into the program; does not return
  const void* launch;
};

// Sets up this process, which was just forked, and keeps. Closes all other descriptors.
[[noreturn]] void Keep(const KeeperTask& task);

}  // namespace command

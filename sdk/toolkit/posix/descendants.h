// For a process that keeps another one: it becomes the parent of everything that the other leaves
// behind, whatever its session and environment, and ends all of it.
//
// Everything here makes only system calls. A process that was forked by one of several threads is a
// copy of that thread, with locks in the state in which other threads held them: it may call these,
// but not the C library's functions for signals, some of which take locks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstddef>

namespace lode::posix {

// A set of signals: bit N - 1 is signal N.
using Signals = unsigned long;
constexpr Signals SignalBit(int number) { return 1UL << (number - 1); }

// Blocks these signals and no others. Returns those that were blocked before.
Signals BlockOnly(Signals signals);

// Returns one of the signals, which are blocked; 0 if none came in time. Waits without limit if
// `milliseconds` is negative.
int Await(Signals signals, int milliseconds);

// Makes this process the parent of all its descendants that lose their own.
bool AdoptDescendants();

// Sends this process `signal` when the thread that forked it ends. Returns false if `parent`, the
// process of that thread, is already gone.
bool DieWith(pid_t parent, int signal);

// Reaps the children that have ended, and calls visit(child, wait status) for each. Returns whether
// any child is left.
template <class Visit>
bool ReapEnded(const Visit& visit) {
  int status = 0;
  pid_t child = 0;
  while ((child = waitpid(-1, &status, WNOHANG)) > 0) { visit(child, status); }
  return child == 0;
}

// The children of this process, which has a single thread.
class Children {
 public:
  Children();

  // Calls visit(child) for each, zombies included.
  template <class Visit>
  void ForEach(const Visit& visit) const {
    const int file = open(path_.data(), O_RDONLY | O_CLOEXEC);
    std::array<char, 4096> buffer;
    pid_t child = 0;
    for (ssize_t size; file >= 0 && (size = read(file, buffer.data(), buffer.size())) > 0;) {
      for (ssize_t i = 0; i < size; ++i) {
        const char c = buffer[static_cast<std::size_t>(i)];
        if (c >= '0' && c <= '9') {
          child = child * 10 + (c - '0');
        } else if (child > 0) {
          visit(child);
          child = 0;
        }
      }
    }
    if (file >= 0) { close(file); }
  }

 private:
  std::array<char, 64> path_{};  // "/proc/N/task/N/children"
};

// Kills and reaps the children of this process and, because it has adopted them, all its
// descendants. visit(child, wait status) is called for each. Abandons a process that cannot be
// killed, or that starts others faster than they are killed.
template <class Visit>
void EndChildren(const Children& children, const Visit& visit) {
  constexpr int kRounds = 2000;  // of at most a millisecond
  for (int round = 0; round < kRounds && ReapEnded(visit); ++round) {
    children.ForEach([](pid_t child) { kill(child, SIGKILL); });
    Await(SignalBit(SIGCHLD), 1);
  }
}

}  // namespace lode::posix

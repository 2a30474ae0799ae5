// Reads from /proc which processes a worker has started.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace lode::core {

// Returns the children of a process, including zombies.
std::vector<pid_t> ChildrenOf(pid_t process);

// Returns the resident memory of all descendants of a process, in bytes. Memory that several share
// counts for each of them. Returns 0 if the process is gone.
std::uint64_t ResidentBytesBelow(pid_t process);

// Returns the processes, without zombies and without `leader` itself, that are in the session that
// `leader` leads or that have inherited `mark` ("NAME=VALUE") in the environment they were started
// with. Processes of other users may be missing.
std::vector<pid_t> Followers(pid_t leader, const std::string& mark);

// Kills the followers, and the processes that they start meanwhile.
void KillFollowers(pid_t leader, const std::string& mark);

}  // namespace lode::core

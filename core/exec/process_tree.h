// What /proc tells of the processes that a worker has started.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace lode::core {

// Those whose parent it is, zombies too.
std::vector<pid_t> ChildrenOf(pid_t process);

// The resident memory of all that descend from a process, in bytes. What several share counts for
// each. 0 if it is gone.
std::uint64_t ResidentBytesBelow(pid_t process);

// The processes, zombies aside, that are in the session that `leader` leads, or that have inherited
// `mark` ("NAME=VALUE") in the environment they were started with; without `leader` itself. Those of
// other users may be missing.
std::vector<pid_t> Followers(pid_t leader, const std::string& mark);

// Kills the followers, and those that they start meanwhile.
void KillFollowers(pid_t leader, const std::string& mark);

}  // namespace lode::core

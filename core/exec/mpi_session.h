// Runs this program as several processes (ranks) that mpirun has started, on one machine or many.
//
// Rank 0 searches. The others evaluate for it, each in a worker process of its own. When a rank
// dies, MPI ends the job; what the run has stored remains.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>

#include "core/exec/message.h"
#include "core/exec/worker_process.h"

struct lode_mpi;

namespace lode::core {

// UnderMpi() returns whether mpirun has started this process as one of several ranks; MpiRank()
// returns its rank, 0 if it has not. Both only read the environment.
bool UnderMpi();
int MpiRank();

// A connection between the ranks. One thread at a time may use it. An error of MPI ends the job.
class MpiLink {
 public:
  // Waits until all ranks connect. Throws HostError if this build has no MPI or MPI cannot be
  // loaded.
  MpiLink();
  // Waits until all ranks disconnect.
  ~MpiLink();
  MpiLink(const MpiLink&) = delete;
  MpiLink& operator=(const MpiLink&) = delete;

  int size() const;

  // Does not wait. Throws HostError if the message is too large.
  void Send(int to, const Message& message);

  struct Received {
    int from;
    Message message;
  };
  // Returns the next message, if one arrives within `patience`.
  std::optional<Received> Receive(std::chrono::milliseconds patience = {});

  // Ends the job at once.
  [[noreturn]] void Abort(int status);

 private:
  const lode_mpi* mpi_;
};

// Rank 0's side, kept as long as the program may need the other ranks.
//
// Make one before anything can fail and destroy it last: its destructor lets the other ranks end.
// It connects when it is first used, so the program may fork until then.
class MpiSession {
 public:
  MpiSession() = default;
  // Tells the others to end.
  ~MpiSession();
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;

  // Connects on the first call. Throws HostError.
  MpiLink& link();

  // Reserves the ranks for one run. Throws HostError if another run has them.
  void Take();
  void GiveBack() { taken_ = false; }

 private:
  std::unique_ptr<MpiLink> link_;
  std::atomic<bool> taken_ = false;
};

// Runs on ranks above 0 instead of the command line: evaluates for rank 0 until rank 0 tells them
// to end. Returns the exit status. Throws HostError. The process does nothing else.
int ServeRank(const WorkerProgram& program);

}  // namespace lode::core

// This program as several processes, ranks, that mpirun has started, on one machine or on many.
//
// Rank 0 searches; the others evaluate for it, each in a process of its own that it looks after. A
// rank that dies ends the job, as MPI has it; what the run has stored stays.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>

#include "core/exec/message.h"
#include "core/exec/worker_process.h"

struct lode_mpi;

namespace lode::core {

// Whether mpirun has started this as one of several ranks, and which: 0 if not. Reads the
// environment only.
bool UnderMpi();
int MpiRank();

// The ranks, connected. Used by one thread at a time. An error of MPI ends the job.
class MpiLink {
 public:
  // Waits until all ranks connect. Throws HostError if this build has no MPI or it cannot be loaded.
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
  // What has come, if it comes in time.
  std::optional<Received> Receive(std::chrono::milliseconds patience = {});

  // Ends the job at once.
  [[noreturn]] void Abort(int status);

 private:
  const lode_mpi* mpi_;
};

// Rank 0's part, for as long as the program may want the others.
//
// Make one before anything can fail, and let it be destroyed last: it lets the other ranks end. It
// connects when it is first used, so that until then this program may fork.
class MpiSession {
 public:
  MpiSession() = default;
  // Tells the others to end.
  ~MpiSession();
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;

  // Connects if it has not yet. Throws HostError.
  MpiLink& link();

  // The ranks evaluate for one run at a time. Throws HostError if there is one already.
  void Take();
  void GiveBack() { taken_ = false; }

 private:
  std::unique_ptr<MpiLink> link_;
  std::atomic<bool> taken_ = false;
};

// What ranks above 0 do instead of what the command line says: evaluate for rank 0 until it tells
// them to end. Returns the exit status. Throws HostError. The process has nothing else to do.
int ServeRank(const WorkerProgram& program);

}  // namespace lode::core

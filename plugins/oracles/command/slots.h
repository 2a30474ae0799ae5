// Numbers for evaluations under way, each with the program that serves it.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "plugins/oracles/command/process.h"
#include "plugins/oracles/command/working_directory.h"

namespace command {

// A program that answers one request after another, in a temporary directory of its own.
struct Server {
  std::unique_ptr<WorkingDirectory> directory;
  std::unique_ptr<Process> process;  // ends before its directory is removed
};

// Any thread may use it.
class Slots {
 public:
  // The lowest number that is free, for as long as the object lives.
  class Lease {
   public:
    explicit Lease(Slots& slots);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    std::size_t number() const { return number_; }
    // Kept for the next one that gets this number.
    std::optional<Server>& server() { return *server_; }

   private:
    Slots& slots_;
    std::size_t number_ = 0;
    std::optional<Server>* server_ = nullptr;
  };

 private:
  struct Slot {
    bool taken = false;
    std::optional<Server> server{};
  };

  std::mutex mutex_;
  std::deque<Slot> slots_;  // a deque, which does not move them
};

}  // namespace command

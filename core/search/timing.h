// When and where an evaluation happened.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace lode::core {

struct Timing {
  std::int64_t start = 0;    // nanoseconds since 1970, by the system's clock; 0: unknown
  double seconds = 0;        // wall time where it happened, without queues; of a whole batch
  std::uint32_t worker = 0;  // 0, 1, ...: the process, the thread, or the MPI rank minus 1
  std::string host{};        // the name of the machine

  friend bool operator==(const Timing&, const Timing&) = default;
};

// Measures an evaluation on this machine, from the construction on.
class Stopwatch {
 public:
  // Returns the timing of an evaluation that ends now.
  Timing Stop(std::uint32_t worker = 0) const;

  // Returns the seconds so far.
  double seconds() const;

 private:
  std::chrono::system_clock::time_point start_ = std::chrono::system_clock::now();
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

}  // namespace lode::core

// What a run and the processes that evaluate for it tell each other.
//
// On a stream a message is a frame: its size in bytes, a little-endian uint32, and the message in
// MessagePack, a list that begins with the kind. Both ends are of one build: nothing is versioned.
#pragma once

#include <lode/plugin.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/search/executor.h"
#include "core/search/trial.h"

namespace lode::core {

// The first message to a worker or a rank: what it evaluates for.
struct Setup {
  std::string pipeline;  // resolved, as FormatPipeline writes it
  std::uint64_t seed = 0;
  lode_level log_level = LODE_INFO;
  // Ranks only, which look after a process of their own: as in ExecutionConfig.
  double timeout_seconds = 0;
  std::uint64_t memory_limit = 0;
  std::string prepared{};  // where oracles prepare, as in RunContext
  std::string cgroup{};    // that the process joins before it does anything; "": none
};

// To a rank: nothing more is wanted for this run. It answers Stopped.
struct Stop {};
// To a rank: the program ends.
struct End {};

// The answer to Setup: one of these two.
struct Ready {
  MetricLists metrics;
};
struct Refused {
  std::string reason;
  bool lost = false;  // the process ended as it started, each time: another one may have more luck
};

// The answer to a Question.
struct Answer {
  std::uint64_t id = 0;
  Measurement measurement;
};

// From a worker: it gives up what it was asked, because it was told to end. From a rank: it
// evaluates for no run any more.
struct Stopped {};

struct LogMessage {
  lode_level level = LODE_INFO;
  std::string text;
};

// What a component says of a long call.
struct Progress {
  double fraction = 0;
  std::string what;
};

// ---- between a run and the process that searches for it (RemoteRun)

// The first message to that process.
struct SearchSetup {
  Setup setup;
  MetricLists metrics;         // of the executor that it asks
  std::uint64_t capacity = 1;  // likewise
};
// Its answer, or Refused, or Stopped.
struct SearchReady {
  std::vector<MetricDeclaration> metrics;  // of all oracles
  std::vector<std::size_t> free_metrics;   // as Runner's
  std::vector<std::string> computable_metrics;
  bool can_save = false;
};

// To it: search. It asks by Question and Await, and is answered by Answer, Refused or Stopped.
struct Begin {
  std::uint64_t stored = 0;  // as Runner::Execute's
};
struct Await {
  std::uint64_t id = 0;  // of the question whose answer it needs now
};

// From it: what observers see. A trial is answered by Continue or Refused.
struct Evaluated {
  std::uint64_t id = 0, step = 0;
  std::string architecture;
  std::vector<double> metrics;
  std::string failure;
  bool rejected = false;
  double cost_seconds = 0;
  Records records;
};
struct Told {
  std::uint64_t step = 0, evaluation = 0;
  bool random = false, reused = false;
  std::vector<float> action;
  std::string architecture;
  std::vector<double> metrics;
  double reward = 0, violation = 0;
  std::string failure;
  std::int64_t nanoseconds = 0;
};
struct Recorded {
  std::uint64_t step = 0;
  Records records;
};
struct Continue {};

// From it: the search has ended.
struct Done {
  RunResult result;
};

// To it: write the optimizer's policy to a file. It answers Continue or Refused.
struct SavePolicy {
  std::string file;
};

using Message = std::variant<Setup, Question, Stop, End, Ready, Refused, Answer, Stopped,
                             LogMessage, Progress, SearchSetup, SearchReady, Begin, Await,
                             Evaluated, Told, Recorded, Continue, Done, SavePolicy>;

// No message is larger.
inline constexpr std::size_t kMaxMessage = std::size_t{16} << 20;

// In MessagePack. Doubles stay what they are, NaN too. Throws HostError if it is too large.
std::string Encode(const Message& message);

// Throws HostError if it is no message.
Message Decode(std::string_view bytes);

// Throws HostError if it is too large.
std::string Frame(const Message& message);

// Takes a stream of frames apart.
class FrameReader {
 public:
  void Add(std::string_view bytes) { bytes_ += bytes; }

  // The next message that is complete. Throws HostError for what is none; then the rest of the
  // stream means nothing.
  std::optional<Message> Next();

 private:
  std::string bytes_;
  std::size_t read_ = 0;  // of them
};

}  // namespace lode::core

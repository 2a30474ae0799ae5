// Messages between a run and the processes that evaluate for it.
//
// On a stream a message is a frame: its size in bytes, a little-endian uint32, then the message in
// MessagePack, a list whose first element is the kind. Both ends are from the same build: there is
// no versioning.
#pragma once

#include <lode/plugin.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/search/executor.h"
#include "core/search/run.h"
#include "core/search/timing.h"
#include "core/search/trial.h"

namespace lode::core {

// The first message to a worker or a rank: it describes the run to evaluate for.
struct Setup {
  std::string pipeline;  // resolved, as FormatPipeline writes it
  std::uint64_t seed = 0;
  lode_level log_level = LODE_INFO;
  // Ranks only, because each looks after a process of its own. As in ExecutionConfig.
  double timeout_seconds = 0;
  std::uint64_t memory_limit = 0;
  std::string prepared{};  // the folder for preparations, as in RunContext
  std::string cgroup{};    // to join before anything else; "" if none
};

// To a rank: this run needs nothing more. The rank answers Stopped.
struct Stop {};
// To a rank: the program ends.
struct End {};

// The reply to Setup is one of these two.
struct Ready {
  MetricLists metrics;
  Fidelities fidelities{};
  std::uint64_t network_cells = 0;  // of the mixtures of the network to train; 0: there is none
};
struct Refused {
  std::string reason;
  bool lost = false;  // the process ended as it started, each time: another one may have more luck
};

// The reply to a Query.
struct Finished {
  std::uint64_t id = 0;
  Evaluation evaluation;
};

// From a worker: it abandons its query because it was told to end. From a rank: it no longer
// evaluates for any run.
struct Stopped {};

struct LogMessage {
  lode_level level = LODE_INFO;
  std::string text;
};

// A component's report about a long call.
struct Progress {
  double fraction = 0;
  std::string what;
  bool prepares = false;
};

// ---- between a run and the process that searches for it (RemoteRun)

// The first message to that process.
struct SearchSetup {
  Setup setup;
  MetricLists metrics;              // of the host's executor
  Fidelities fidelities;            // likewise
  std::uint64_t capacity = 1;       // likewise
  std::uint64_t network_cells = 0;  // as in Ready
};
// The reply to SearchSetup; otherwise Refused or Stopped.
struct SearchReady {
  std::vector<MetricDeclaration> metrics;  // of all oracles
  std::vector<std::size_t> free_metrics;   // as Runner's
  std::vector<std::string> computable_metrics;
  bool can_save = false;
  bool chooses_fidelities = false;
};

// To the process: start searching. It asks with Query and Await, and gets Finished, Refused or
// Stopped.
struct Begin {
  Beginning beginning;
};
struct Await {
  std::uint64_t id = 0;  // of the query whose evaluation it needs now; 0: any
};

// From the process: what observers see. The host answers Told with Continue or Refused.
struct Evaluated {
  std::uint64_t id = 0, step = 0;
  std::string architecture;
  std::vector<double> metrics;
  std::string failure;
  bool rejected = false;
  double cost_seconds = 0;
  Records records;
  Timing timing{};
  double fidelity = 1;
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
  double fidelity = 1;
};
struct Recorded {
  std::uint64_t step = 0;
  Records records;
};
struct Taken {
  std::uint64_t step = 0;
};
struct Continue {};

// From the process: the search has ended.
struct Done {
  RunResult result;
};

// To the process: write the optimizer's policy to a file. It answers Continue or Refused.
struct SavePolicy {
  std::string file;
};

// ---- between an optimizer and the relaxed network that it trains (network_link.h)

enum class NetworkRequest { kInfo, kRestart, kStep, kMeasure, kSave, kLoad };

// Answered with NetworkReply.
struct NetworkCall {
  NetworkRequest request = NetworkRequest::kInfo;
  // kRestart: as in lode::RelaxedStart.
  std::uint64_t seed = 0;
  std::uint32_t depth = 0;
  Architecture operations{};
  double skip_dropout = 0;
  // kStep, kMeasure: as in lode::RelaxedBatch.
  lode_split split = LODE_SPLIT_TRAIN;
  std::uint64_t number = 0;
  std::vector<double> mixture{};
  Absent absent = Absent::kZero;
  bool wants_gradient = false;
  bool is_unrolled = false;
  std::uint64_t inner = 0;
  double rate = 0;
  std::string file{};  // kSave, kLoad
};
struct NetworkReply {
  lode_status status = LODE_OK;
  std::string failure{};  // if the status is another one
  RelaxedInfo info{};
  RelaxedResult result{};
  std::vector<double> gradient{};
};

using Message =
    std::variant<Setup, Query, Stop, End, Ready, Refused, Finished, Stopped, LogMessage, Progress,
                 SearchSetup, SearchReady, Begin, Await, Evaluated, Told, Recorded, Taken, Continue,
                 Done, SavePolicy, NetworkCall, NetworkReply>;

// The maximum size of a message, in bytes.
inline constexpr std::size_t kMaxMessage = std::size_t{16} << 20;

// Encodes a message in MessagePack. Doubles keep every bit, NaN included. Throws HostError if the
// message is too large.
std::string Encode(const Message& message);

// Throws HostError if `bytes` is not a message.
Message Decode(std::string_view bytes);

// Throws HostError if the message is too large.
std::string Frame(const Message& message);

// Splits a stream into messages.
class FrameReader {
 public:
  void Add(std::string_view bytes) { bytes_ += bytes; }

  // Returns the next complete message, if there is one. Throws HostError for anything else; after
  // that the rest of the stream is meaningless.
  std::optional<Message> Next();

 private:
  std::string bytes_;
  std::size_t read_ = 0;  // how many of them Next() has consumed
};

}  // namespace lode::core

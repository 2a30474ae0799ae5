// The oracle "command": evaluates by running the user's own program.
#pragma once

#include <atomic>
#include <cstdint>
#include <lode/plugin.hpp>
#include <optional>
#include <string>
#include <vector>

#include "plugins/oracles/command/process.h"
#include "plugins/oracles/command/protocol.h"
#include "plugins/oracles/command/slots.h"
#include "plugins/oracles/command/words.h"
#include "plugins/oracles/command/working_directory.h"
#include "toolkit/metrics/user_metrics.h"

namespace command {

class CommandOracle {
 public:
  struct Config : lode::metrics::Config {
    std::vector<std::string> command;
    std::string program;
    double timeout = 0;  // seconds; 0: no limit
    std::vector<std::string> environment;
    std::string directory;
    double lowest_fidelity = 1;
    bool serve = false;
    std::vector<std::string> devices;
  };
  static lode::Params<Config> Parameters();

  // Throws lode::InvalidError for an invalid command, invalid metrics or an invalid environment,
  // and lode::IoError if `program` does not exist.
  CommandOracle(lode::Host host, const Config& config);

  std::vector<lode::Metric> Metrics() const { return metrics_; }

  lode::Fidelities Fidelities() const { return lode::Fidelities::Range(config_.lowest_fidelity); }

  // Throws lode::IoError if there is no program to run.
  void Bind(const lode::Space& space);

  // Runs the program, or asks the one that serves. Throws lode::IoError, with the reason, if it
  // does not return metrics, and lode::CancelledError. Any thread may call it.
  void Evaluate(const lode::Query& query, std::span<double> metrics);

 private:
  bool counts() const { return config_.serve || !config_.devices.empty(); }
  Program ProgramFor(const Values& values, std::optional<std::size_t> slot) const;
  void RunOnce(const lode::Query& query, Answer& answer, const WorkingDirectory& directory);
  void AskServer(const lode::Query& query, Answer& answer, const WorkingDirectory& directory);
  void Start(std::optional<Server>& server, std::size_t slot) const;

  lode::Host host_;
  Config config_;
  std::vector<lode::Metric> metrics_;
  std::vector<std::string> environment_;
  std::string file_;  // path of the program, from Bind on
  std::optional<lode::Space> space_;
  std::atomic<std::uint64_t> last_directory_ = 0;
  Slots slots_;
};

}  // namespace command

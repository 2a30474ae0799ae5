#include "plugins/oracles/command/oracle.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <lode/text.hpp>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>

#include "plugins/oracles/command/process.h"
#include "plugins/oracles/command/protocol.h"
#include "plugins/oracles/command/words.h"
#include "plugins/oracles/command/working_directory.h"

namespace command {
namespace {

namespace fs = std::filesystem;

// The time limit of an evaluation; 0 seconds mean none.
class Deadline {
 public:
  explicit Deadline(double seconds) : seconds_(seconds) {}

  bool HasPassed() const {
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start_;
    return seconds_ > 0 && spent.count() > seconds_;
  }

  std::string Text() const {
    std::array<char, 40> text;
    std::snprintf(text.data(), text.size(), "no answer within %g s", seconds_);
    return text.data();
  }

 private:
  double seconds_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Runs the program. Throws lode::IoError, with its last words, if it does not succeed.
void Follow(const Program& program, lode::Host host, double timeout, Answer& answer,
            ErrorLog& errors) {
  const Deadline deadline(timeout);
  const auto check = [&] {
    host.ThrowIfCancelled();
    if (deadline.HasPassed()) { throw lode::IoError(deadline.Text() + errors.LastLine()); }
  };
  const Ending ending =
      Process(program).Follow({.output = [&](std::string_view bytes) { answer.Add(bytes); },
                               .errors = [&](std::string_view bytes) { errors.Add(bytes); },
                               .check = check});
  if (!ending.good()) { throw lode::IoError(ending.Text() + errors.LastLine()); }
  answer.Finish();
  if (answer.values().empty()) {
    throw lode::IoError("standard output ends without the metrics" + errors.LastLine());
  }
}

// Checks a word of the command or of the environment for errors before anything runs.
void CheckWord(const std::string& word, const Values& values, bool has_program) {
  if (word.find('\0') != std::string::npos) {
    throw lode::InvalidError(lode::Quote(word) + " has a NUL character");
  }
  Expand(word, values);
  if (!has_program && word.find("{program}") != std::string::npos) {
    throw lode::InvalidError(lode::Quote(word) + " needs program to be set");
  }
}

}  // namespace

lode::Params<CommandOracle::Config> CommandOracle::Parameters() {
  lode::Params<Config> params = {
      lode::Param<Config>("command", &Config::command,
                          "The program and its arguments, run without a shell, with placeholders "
                          "{architecture}, {seed}, {fidelity} and {program}.")
          .Required(),
      {"program", &Config::program,
       "The file or directory that {program} stands for, in command and in environment, as an "
       "absolute path.",
       lode::Path{.input_file = false, .input = true}},
      lode::Param<Config>("timeout", &Config::timeout,
                          "Longest time for one evaluation; 0: no limit.", lode::Range{.min = 0})
          .Unit("s"),
      {"environment", &Config::environment,
       "Variables to add to the environment or to change, as in \"OMP_NUM_THREADS=1\"."},
      {"directory", &Config::directory,
       "Where each evaluation's working directory is created and kept; if empty, it is temporary "
       "and removed.",
       lode::Path{.input_file = false}},
      {"lowest_fidelity", &Config::lowest_fidelity,
       "Lowest fidelity that the program evaluates at, of all up to 1; 1: it knows no lower one.",
       lode::Range{.min = 0, .max = 1, .open_min = true}},
  };
  lode::metrics::AddParameters(params);
  return params;
}

CommandOracle::CommandOracle(lode::Host host, const Config& config)
    : host_(host), config_(config), metrics_(lode::metrics::Metrics(config)) {
  CheckNames(metrics_);
  if (config.command.empty()) {
    throw lode::InvalidError("command is empty, expected a program and its arguments");
  }
  std::error_code error;
  const bool has_program = !config.program.empty();
  if (has_program && !fs::exists(config.program, error)) {
    throw lode::IoError("program: there is no file " + config.program);
  }
  Values values = {{"program", config.program}};
  for (std::string& entry : config_.environment) {
    CheckWord(entry, values, has_program);
    entry = Expand(entry, values);
  }
  environment_ = MakeEnvironment(config_.environment);
  values.insert({{"architecture", ""}, {"seed", ""}, {"fidelity", ""}});
  for (const std::string& word : config.command) { CheckWord(word, values, has_program); }
}

void CommandOracle::Bind(const lode::Space& space) {
  file_ =
      FindProgram(Expand(config_.command.front(), {{"program", config_.program}}), environment_);
  space_ = space;
}

void CommandOracle::Evaluate(const lode::Query& query, std::span<double> metrics) {
  const std::string request = FormatRequest(*space_, query, metrics_);
  const Values values = {{"architecture", space_->Format(query.architecture)},
                         {"seed", std::to_string(SeedOf(query))},
                         {"fidelity", nlohmann::json(query.fidelity).dump()},
                         {"program", config_.program}};
  const WorkingDirectory directory(config_.directory, last_directory_);
  Program program{
      file_, {}, environment_, directory.path(), directory.Write("request.json", request)};
  for (const std::string& word : config_.command) {
    program.arguments.push_back(Expand(word, values));
  }
  Answer answer(metrics_, host_);
  ErrorLog errors(directory.path() / "stderr.txt", host_);
  try {
    Follow(program, host_, config_.timeout, answer, errors);
  } catch (const lode::IoError& e) { throw lode::IoError(e.what() + directory.Hint()); }
  std::copy(answer.values().begin(), answer.values().end(), metrics.begin());
}

}  // namespace command

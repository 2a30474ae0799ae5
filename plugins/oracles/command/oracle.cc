#include "plugins/oracles/command/oracle.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
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

// Follows an evaluation: its time, its answer, and what it writes to standard error.
class Watch {
 public:
  Watch(lode::Host host, double timeout, Answer& answer, const fs::path& errors)
      : host_(host), deadline_(timeout), answer_(answer), errors_(errors, host) {}

  Watch(const Watch&) = delete;

  const Follower& follower() const { return follower_; }
  bool has_answer() const { return !answer_.values().empty(); }

  // Throws lode::IoError, with the last words, for a program that ended so.
  void CheckEnd(const Ending& ending) const {
    if (!ending.good()) { throw lode::IoError(ending.Text() + errors_.LastLine()); }
  }
  // Throws lode::IoError if there are no metrics.
  void Finish() {
    answer_.Finish();
    if (!has_answer()) {
      throw lode::IoError("standard output ends without the metrics" + errors_.LastLine());
    }
  }

 private:
  void Check() const {
    host_.ThrowIfCancelled();
    if (deadline_.HasPassed()) { throw lode::IoError(deadline_.Text() + errors_.LastLine()); }
  }

  const lode::Host host_;
  const Deadline deadline_;
  Answer& answer_;
  ErrorLog errors_;
  const Follower follower_{.output = [this](std::string_view bytes) { answer_.Add(bytes); },
                           .errors = [this](std::string_view bytes) { errors_.Add(bytes); },
                           .check = [this] { Check(); }};
};

// Worker processes and MPI ranks are told apart by a variable that holds "PROCESS.NUMBER": each has
// an oracle of its own, which cannot know what number it would have among them.
bool IsInWorkerProcess() {
  const char* const mark = std::getenv("LODE_WORKER");
  return mark != nullptr && std::string_view(mark).find('.') != std::string_view::npos;
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
      {"serve", &Config::serve,
       "Whether a program answers one request after another, so that it starts only once for each "
       "worker."},
      {"devices", &Config::devices,
       "Names of devices, [\"cuda:0\", \"cuda:1\"]: LODE_DEVICE is that of the worker, the first "
       "again after the last."},
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
  if (!config.serve) { values.insert({{"architecture", ""}, {"seed", ""}, {"fidelity", ""}}); }
  for (const std::string& word : config.command) { CheckWord(word, values, has_program); }
  if (counts() && IsInWorkerProcess()) {
    throw lode::InvalidError(
        "serve and devices count the evaluations of one process: they need isolate = false in "
        "[execution], no timeout_seconds, no memory_limit and no MPI (the oracle has a timeout of "
        "its own)");
  }
}

void CommandOracle::Bind(const lode::Space& space) {
  file_ =
      FindProgram(Expand(config_.command.front(), {{"program", config_.program}}), environment_);
  space_ = space;
}

void CommandOracle::Evaluate(const lode::Query& query, std::span<double> metrics) {
  const WorkingDirectory directory(config_.directory, last_directory_);
  Answer answer(metrics_, host_);
  try {
    config_.serve ? AskServer(query, answer, directory) : RunOnce(query, answer, directory);
  } catch (const lode::IoError& e) { throw lode::IoError(e.what() + directory.Hint()); }
  std::copy(answer.values().begin(), answer.values().end(), metrics.begin());
}

// `slot`: its number, if evaluations are counted.
Program CommandOracle::ProgramFor(const Values& values, std::optional<std::size_t> slot) const {
  Program program{file_, {}, environment_, {}, {}};
  for (const std::string& word : config_.command) {
    program.arguments.push_back(Expand(word, values));
  }
  const auto set = [&](const std::string& name, const std::string& value) {
    std::erase_if(program.environment,
                  [&](const std::string& entry) { return entry.starts_with(name + "="); });
    program.environment.push_back(name + "=" + value);
  };
  if (slot) { set("LODE_WORKER", std::to_string(*slot)); }
  if (!config_.devices.empty()) {
    set("LODE_DEVICE", config_.devices[*slot % config_.devices.size()]);
  }
  return program;
}

void CommandOracle::RunOnce(const lode::Query& query, Answer& answer,
                            const WorkingDirectory& directory) {
  std::optional<Slots::Lease> lease;
  if (counts()) { lease.emplace(slots_); }
  Program program = ProgramFor({{"architecture", space_->Format(query.architecture)},
                                {"seed", std::to_string(SeedOf(query))},
                                {"fidelity", nlohmann::json(query.fidelity).dump()},
                                {"program", config_.program}},
                               lease ? std::optional(lease->number()) : std::nullopt);
  program.directory = directory.path();
  program.input = directory.Write("request.json", FormatRequest(*space_, query, metrics_));
  Watch watch(host_, config_.timeout, answer, directory.path() / "stderr.txt");
  watch.CheckEnd(Process(program).Follow(watch.follower()));
  watch.Finish();
}

// A program that does not answer as it should is not asked again.
void CommandOracle::AskServer(const lode::Query& query, Answer& answer,
                              const WorkingDirectory& directory) {
  const std::string request = FormatRequest(*space_, query, metrics_, directory.path());
  directory.Write("request.json", request);
  Watch watch(host_, config_.timeout, answer, directory.path() / "stderr.txt");
  Slots::Lease lease(slots_);
  std::optional<Server>& server = lease.server();
  if (server && !server->process->IsQuiet()) { server.reset(); }
  try {
    if (!server) { Start(server, lease.number()); }
    server->process->Send(request, watch.follower());
    const auto ending =
        server->process->FollowUntil(watch.follower(), [&] { return watch.has_answer(); });
    if (ending) { watch.CheckEnd(*ending); }
    watch.Finish();
  } catch (...) {
    server.reset();
    throw;
  }
}

void CommandOracle::Start(std::optional<Server>& server, std::size_t slot) const {
  std::atomic<std::uint64_t> none = 0;
  Server started{std::make_unique<WorkingDirectory>("", none), nullptr};
  Program program = ProgramFor({{"program", config_.program}}, slot);
  program.directory = started.directory->path();
  started.process = std::make_unique<Process>(program);
  server = std::move(started);
}

}  // namespace command

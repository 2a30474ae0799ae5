// An oracle for any space that misbehaves for some architectures.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <limits>
#include <lode/plugin.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace {

using std::chrono::milliseconds;

// The checksum of an architecture, the sum of (1 + cell) over its ones, decides whether it fails.
class FaultyOracle {
 public:
  struct Config {
    std::string fault = "none";
    std::int64_t every = 3;
    std::int64_t delay_ms = 0;
    std::string notes;
    std::string create = "well";
    std::int64_t after = 1'000'000;
    std::string cure;
  };
  static lode::Params<Config> Parameters() {
    const lode::Choices faults{{"none",   "crash", "abort", "exit",    "leak",  "hang",    "deaf",
                                "sleep",  "talk",  "print", "rubbish", "nan",   "nothing", "child",
                                "daemon", "close", "fork",  "hermit",  "hoard", "passing"}};
    return {
        {"fault", &Config::fault, "What it does.", faults},
        {"every", &Config::every, "Checksums that are multiples of it are those that fail.",
         lode::Range{.min = 1}},
        lode::Param<Config>{"delay_ms", &Config::delay_ms, "Time that an evaluation takes.",
                            lode::Range{.min = 0}}
            .Unit("ms"),
        {"notes", &Config::notes,
         "A file that gets the ids of the processes it lives in and of those that it starts, one a "
         "line; empty for none."},
        {"create", &Config::create, "How it begins.",
         lode::Choices{{"well", "once", "throws", "crashes", "killed_once", "killed"}}},
        {"after", &Config::after,
         "With cure: from which evaluation of a process on all of them fail, in all processes.",
         lode::Range{.min = 0}},
        {"cure", &Config::cure, "A file that keeps these from failing if it is there.",
         lode::Path{.input_file = false}},
    };
  }

  FaultyOracle(lode::Host host, const Config& config) : host_(host), config_(config) {
    const bool is_first = !std::ifstream(config.notes);
    Note(getpid());
    if (config.create == "throws" || (config.create == "once" && !is_first)) {
      throw lode::Error(LODE_E_INTERNAL, "thrown from create");
    }
    if (config.create == "killed" || (config.create == "killed_once" && is_first)) {
      std::raise(SIGKILL);
    }
    if (config.create == "crashes") {
      std::printf("about to crash\n");
      Crash();
    }
  }

  std::vector<lode::Metric> Metrics() const {
    return {{"checksum", "count", "Sum over the cells that are set.", LODE_MAXIMIZE,
             LODE_SPLIT_VALIDATION}};
  }
  void Bind(const lode::Space&) {}

  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    std::this_thread::sleep_for(milliseconds(config_.delay_ms));
    std::int64_t checksum = 0;
    for (std::size_t cell = 0; cell < query.architecture.size(); ++cell) {
      checksum += query.architecture[cell] * static_cast<std::int64_t>(cell + 1);
    }
    metrics[0] = static_cast<double>(checksum);
    if (IsLost()) { throw lode::Error(LODE_E_INTERNAL, "the device is lost"); }
    if (checksum % config_.every == 0) { Fail(metrics[0]); }
  }

 private:
  // Whether evaluations fail from some evaluation on, in all processes.
  bool IsLost() {
    const std::string lost = config_.cure + ".lost";
    if (!config_.cure.empty() && evaluations_++ >= config_.after) {
      std::ofstream(lost) << "lost\n";
    }
    return !config_.cure.empty() && std::ifstream(lost) && !std::ifstream(config_.cure);
  }

  void Note(pid_t process) const {
    if (!config_.notes.empty()) { std::ofstream(config_.notes, std::ios::app) << process << "\n"; }
  }

  static void Crash() {
    std::signal(SIGSEGV, SIG_DFL);  // a sanitizer would turn it into an exit
    std::raise(SIGSEGV);
  }

  static void Leak() {
    constexpr std::size_t kPiece = std::size_t{16} << 20;
    for (;;) {
      auto* piece = static_cast<volatile char*>(std::malloc(kPiece));
      for (std::size_t at = 0; piece != nullptr && at < kPiece; at += 1024) { piece[at] = 1; }
      std::this_thread::sleep_for(milliseconds(1));
    }
  }

  // Ignores cancellation.
  static void IgnoreAll() {
    for (;;) { std::this_thread::sleep_for(milliseconds(100)); }
  }

  // Ignores cancellation and SIGTERM.
  static void Hang() {
    std::signal(SIGTERM, SIG_IGN);
    IgnoreAll();
  }

  // Sleeps until cancelled.
  void Sleep() const {
    for (;;) {
      host_.ThrowIfCancelled();
      std::this_thread::sleep_for(milliseconds(1));
    }
  }

  static void Talk() {
    for (int line = 0; line < 20000; ++line) {
      std::printf("line %d of what nobody reads in time, however long it is\n", line);
    }
  }

  static void PrintRubbish(int first, int last) {
    const std::string rubbish = "\xff\xff\xff\x7f\x01\x00\x1b[2J rubbish\n";
    for (int descriptor = first; descriptor <= last; ++descriptor) {
      [[maybe_unused]] const auto written = write(descriptor, rubbish.data(), rubbish.size());
    }
  }

  // Starts a process that runs for an hour.
  void StartChild(bool in_its_own_session) const {
    int noted[2];  // closed once the process has noted itself and become another program
    if (pipe2(noted, O_CLOEXEC) != 0) { return; }
    const pid_t child = fork();
    if (child == 0) {
      if (in_its_own_session) {
        setsid();
        if (fork() != 0) { _exit(0); }
      }
      Note(getpid());
      execl("/bin/sleep", "sleep", "3600", nullptr);
      _exit(127);
    }
    if (in_its_own_session) { waitpid(child, nullptr, 0); }
    close(noted[1]);
    char none = 0;
    [[maybe_unused]] const ssize_t end = read(noted[0], &none, 1);
    close(noted[0]);
  }

  // Starts a process with no ties to this one: no common parent, session, environment or streams.
  void StartDetached(bool leaks) const {
    const pid_t child = fork();
    if (child == 0) {
      setsid();
      if (fork() != 0) { _exit(0); }
      Note(getpid());
      for (int descriptor = 0; descriptor < 64; ++descriptor) { close(descriptor); }
      if (leaks) { Leak(); }
      char name[] = "sleep", time[] = "3600";
      char* const arguments[] = {name, time, nullptr};
      char* const nothing[] = {nullptr};
      execve("/bin/sleep", arguments, nothing);
      _exit(127);
    }
    waitpid(child, nullptr, 0);
    std::this_thread::sleep_for(milliseconds(50));
  }

  void Fail(double& metric) {
    const std::string& fault = config_.fault;
    End(fault);
    TakeLong(fault);
    Write(fault);
    StartOthers(fault);
    if (fault == "nan") { metric = std::numeric_limits<double>::quiet_NaN(); }
    if (fault == "nothing") { throw lode::Error(LODE_E_INTERNAL, ""); }
    if (fault == "passing" && failed_.insert(metric).second) {
      throw lode::Error(LODE_E_INTERNAL, "the queue is full");
    }
  }

  static void End(const std::string& fault) {
    if (fault == "crash") {
      std::printf("the last words\n");
      Crash();
    }
    if (fault == "abort") { std::abort(); }
    if (fault == "exit") { std::exit(0); }
  }

  void TakeLong(const std::string& fault) const {
    if (fault == "leak") { Leak(); }
    if (fault == "hang" || fault == "sleep") { Note(getpid()); }
    if (fault == "hang") { Hang(); }
    if (fault == "deaf") { IgnoreAll(); }
    if (fault == "sleep") { Sleep(); }
  }

  static void Write(const std::string& fault) {
    if (fault == "talk") { Talk(); }
    if (fault == "print") { PrintRubbish(0, 2); }
    if (fault == "rubbish") { PrintRubbish(3, 3); }
    if (fault == "close") { close(3); }
  }

  // Starts processes that outlive this one.
  void StartOthers(const std::string& fault) const {
    if (fault == "child") { StartChild(false); }
    if (fault == "daemon") { StartChild(true); }
    if (fault == "hermit" || fault == "hoard") { StartDetached(fault == "hoard"); }
    if (fault == "hermit") { Crash(); }
    if (fault == "hoard") { Sleep(); }
    if (fault == "fork") {
      if (fork() == 0) {
        Hang();  // a copy, with all descriptors
      }
      Crash();
    }
    if (fault == "child" || fault == "daemon") { Crash(); }
  }

  lode::Host host_;
  Config config_;
  std::int64_t evaluations_ = 0;
  std::set<double> failed_;  // each once
};

}  // namespace

LODE_PLUGIN("lode.test.faulty_oracle", "1.0.0", "Apache-2.0",
            lode::OracleComponent<FaultyOracle>("faulty_oracle", "1.0.0",
                                                "Fails in every way that there is."));

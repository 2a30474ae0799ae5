// Rules for the sources that no compiler enforces.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "tests/program.h"

namespace lode {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

bool IsNameCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// Returns whether a text has a word that is not part of a longer name. For a call: "exit(".
bool HasWord(const std::string& code, const std::string& word) {
  for (std::size_t at = 0; (at = code.find(word, at)) != std::string::npos; ++at) {
    const std::size_t end = at + word.size();
    const bool ends =
        !IsNameCharacter(word.back()) || end == code.size() || !IsNameCharacter(code[end]);
    if (ends && (at == 0 || !IsNameCharacter(code[at - 1]))) { return true; }
  }
  return false;
}

// Returns which of the words a file has outside its comments.
Names WordsIn(const fs::path& file, const Names& words) {
  Names found;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const std::string code = line.substr(0, line.find("//"));
    std::ranges::copy_if(words, std::inserter(found, found.end()),
                         [&](const std::string& word) { return HasWord(code, word); });
  }
  return found;
}

// Returns which of the functions a file calls.
Names CallsIn(const fs::path& file, const Names& functions) {
  Names calls, called;
  std::ranges::transform(functions, std::inserter(calls, calls.end()),
                         [](const std::string& function) { return function + "("; });
  std::ranges::transform(WordsIn(file, calls), std::inserter(called, called.end()),
                         [](const std::string& call) { return call.substr(0, call.size() - 1); });
  return called;
}

bool IsTested(const fs::path& file) {
  const std::string name = file.filename();
  return Names{".cc", ".c", ".h", ".hpp"}.contains(file.extension()) &&
         file.parent_path().filename() != "tests" && name.find("_test.") == std::string::npos &&
         name.find("test_") == std::string::npos && name.find("_fuzz.") == std::string::npos;
}

// Returns the files below core, plugins and sdk that call any of the functions, and which ones.
std::map<std::string, Names> CallersOf(const Names& functions) {
  std::map<std::string, Names> callers;
  for (const char* folder : {"core", "plugins", "sdk"}) {
    for (const auto& entry : fs::recursive_directory_iterator(SourceFile(folder))) {
      const Names calls = IsTested(entry.path()) ? CallsIn(entry.path(), functions) : Names();
      if (!calls.empty()) { callers[fs::relative(entry.path(), LODE_SOURCE_DIR)] = calls; }
    }
  }
  return callers;
}

// Processes are started by posix_spawn. Code that must do more in the child forks, and makes only
// system calls until exec, because C libraries take locks where POSIX forbids it. A fork without
// exec is only for a program with one thread.
TEST(SourcesTest, ProcessesAreStartedOnlyInKnownPlaces) {
  const std::map<std::string, Names> known = {
      {"core/cli/import.cc", {"execvp"}},  // replaces the program itself
      {"core/exec/keeper.cc", {"fork"}},   // a new worker: one thread, no exec
      {"core/exec/worker_process.cc", {"posix_spawn"}},
      {"core/plugin/child.cc", {"fork"}},                // one thread, no exec
      {"plugins/oracles/command/keeper.cc", {"_Fork"}},  // system calls only, like its parent
      {"plugins/oracles/command/process.cc", {"_Fork", "execve"}},  // its child dies with the host
      {"sdk/include/lode/testing.hpp", {"posix_spawnp"}},           // only in tests
  };
  EXPECT_EQ(CallersOf({"fork", "vfork", "_Fork", "execl", "execle", "execlp", "execv", "execve",
                       "execvp", "execvpe", "posix_spawn", "posix_spawnp", "popen", "system"}),
            known);
}

// Between fork and exec. In glibc 2.41 the first two take a lock; other libraries may lock in more.
TEST(SourcesTest, NothingThatMayTakeALockIsCalledInAForkedChild) {
  for (const char* file :
       {"plugins/oracles/command/keeper.cc", "plugins/oracles/command/process.cc"}) {
    EXPECT_EQ(CallsIn(SourceFile(file), {"signal", "sigaction", "sigprocmask", "pthread_sigmask",
                                         "setenv", "malloc", "sysconf"}),
              Names())
        << file;
  }
}

// Returns the files of core, except the program's, that have any of the words, and which ones.
std::map<std::string, Names> UsersBelowTheProgram(const Names& words) {
  std::map<std::string, Names> users;
  for (const auto& entry : fs::recursive_directory_iterator(SourceFile("core"))) {
    const std::string name = fs::relative(entry.path(), LODE_SOURCE_DIR);
    const Names used = IsTested(entry.path()) && !name.starts_with("core/cli/")
                           ? WordsIn(entry.path(), words)
                           : Names();
    if (!used.empty()) { users[name] = used; }
  }
  return users;
}

// The caller of core/run decides what is printed: core/run only tells a listener. The log's sink
// can be replaced by the program. The other files use the standard streams of a child process or a
// rank.
TEST(SourcesTest, NothingBelowTheProgramWritesToTheStandardStreams) {
  const std::map<std::string, Names> known = {
      {"core/exec/rank_server.cc", {"stderr", "fprintf("}},  // a rank above 0
      {"core/exec/search_worker.cc", {"stdout"}},            // a worker process
      {"core/exec/worker.cc", {"stdout"}},                   // likewise
      {"core/exec/worker_process.cc",
       {"STDERR_FILENO", "STDOUT_FILENO"}},                          // of the worker it starts
      {"core/plugin/child.cc", {"STDERR_FILENO", "STDOUT_FILENO"}},  // of the child it forks
      {"core/plugin/log.cc", {"stderr_sink_mt"}},
      {"core/verify/process_state.cc",
       {"STDERR_FILENO", "STDOUT_FILENO"}},  // inspects them in a child
  };
  EXPECT_EQ(UsersBelowTheProgram({"stdout",
                                  "stderr",
                                  "STDOUT_FILENO",
                                  "STDERR_FILENO",
                                  "cout",
                                  "cerr",
                                  "clog",
                                  "stdout_sink_mt",
                                  "stderr_sink_mt",
                                  "stdout_color_mt",
                                  "stderr_color_mt",
                                  "printf(",
                                  "vprintf(",
                                  "fprintf(",
                                  "vfprintf(",
                                  "dprintf(",
                                  "puts(",
                                  "putchar(",
                                  "perror(",
                                  "psignal(",
                                  "write(1",
                                  "write(2"}),
            known);
}

// Errors are thrown. These files end a child process, or all ranks when one of them is lost.
TEST(SourcesTest, NothingBelowTheProgramEndsIt) {
  const std::map<std::string, Names> known = {
      {"core/exec/keeper.cc", {"SYS_exit_group"}},    // a worker process and its keeper
      {"core/exec/mpi_session.cc", {"abort("}},       // under MPI
      {"core/plugin/child.cc", {"_exit(", "exit("}},  // the child it forks
  };
  EXPECT_EQ(UsersBelowTheProgram({"exit(", "_exit(", "_Exit(", "quick_exit(", "abort(",
                                  "terminate(", "SYS_exit", "SYS_exit_group", "at_quick_exit("}),
            known);
}

// Plugins, and tests of plugins, need what the SDK installs and nothing else of Lode.
TEST(SourcesTest, NothingOfTheSdkOrOfPluginsIncludesCore) {
  for (const char* folder : {"sdk", "plugins"}) {
    for (const auto& entry : fs::recursive_directory_iterator(SourceFile(folder))) {
      if (entry.is_regular_file()) {
        EXPECT_EQ(WordsIn(entry.path(), {"include \"core/", "include <core/"}), Names())
            << entry.path();
      }
    }
  }
}

// Signal handlers also belong to the program: core/run takes a token instead.
TEST(SourcesTest, TheRunLayerHandlesNoSignals) {
  for (const auto& entry : fs::directory_iterator(SourceFile("core/run"))) {
    EXPECT_EQ(WordsIn(entry.path(), {"sigaction", "signal(", "sigprocmask", "pthread_sigmask"}),
              Names())
        << entry.path();
  }
}

}  // namespace
}  // namespace lode

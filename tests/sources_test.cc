// Rules for the sources that no compiler enforces.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
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

bool IsTest(const std::string& file) {
  return file.find("_test.") != std::string::npos || file.find("_fuzz.") != std::string::npos ||
         file.find("/tests/") != std::string::npos;
}

// Returns the C and C++ files below a folder, as paths from the root of the tree.
Names FilesIn(const std::string& folder) {
  Names files;
  for (const auto& entry : fs::recursive_directory_iterator(SourceFile(folder))) {
    if (Names{".c", ".cc", ".h", ".hpp"}.contains(entry.path().extension())) {
      files.insert(fs::relative(entry.path(), LODE_SOURCE_DIR));
    }
  }
  return files;
}

// Returns those of core, plugins and sdk that are not tests.
Names Sources() {
  Names sources;
  for (const char* folder : {"core", "plugins", "sdk"}) { sources.merge(FilesIn(folder)); }
  std::erase_if(sources, IsTest);
  return sources;
}

using Users = std::map<std::string, Names>;

// Returns the sources that have any of the words, and which ones.
Users UsersOf(const Names& words) {
  Users users;
  for (const std::string& source : Sources()) {
    const Names used = WordsIn(SourceFile(source), words);
    if (!used.empty()) { users[source] = used; }
  }
  return users;
}

Users UsersOutsideTheProgram(const Names& words) {
  Users users = UsersOf(words);
  std::erase_if(users, [](const auto& user) { return user.first.starts_with("core/cli/"); });
  return users;
}

// Processes are started by posix_spawn. Code that must do more in the child forks, and makes only
// system calls until exec, because C libraries take locks where POSIX forbids it. A fork without
// exec is only for a program with one thread.
TEST(SourcesTest, ProcessesAreStartedOnlyInKnownPlaces) {
  const Users known = {
      {"core/cli/import.cc", {"execvp("}},  // replaces the program itself
      {"core/exec/keeper.cc", {"fork("}},   // a new worker: one thread, no exec
      {"core/exec/worker_process.cc", {"posix_spawn("}},
      {"core/plugin/child.cc", {"fork("}},  // one thread, no exec
      {"core/report/convert_svg.cc", {"posix_spawnp("}},
      {"core/serve/report_maker.cc", {"posix_spawn("}},
      {"plugins/oracles/command/keeper.cc", {"_Fork("}},  // system calls only, like its parent
      {"plugins/oracles/command/process.cc", {"_Fork(", "execve("}},  // dies with the host
      {"sdk/include/lode/testing.hpp", {"posix_spawnp("}},            // only in tests
      {"sdk/toolkit/images/test_support.h", {"system("}},             // likewise
  };
  EXPECT_EQ(
      UsersOf({"_Fork(", "execl(", "execle(", "execlp(", "execv(", "execve(", "execvp(", "execvpe(",
               "fork(", "popen(", "posix_spawn(", "posix_spawnp(", "system(", "vfork("}),
      known);
}

// Between fork and exec. In glibc 2.41 the first two take a lock; other libraries may lock in more.
TEST(SourcesTest, NothingThatMayTakeALockIsCalledInAForkedChild) {
  for (const char* file :
       {"plugins/oracles/command/keeper.cc", "plugins/oracles/command/process.cc"}) {
    EXPECT_EQ(WordsIn(SourceFile(file), {"malloc(", "pthread_sigmask(", "setenv(", "sigaction(",
                                         "signal(", "sigprocmask(", "sysconf("}),
              Names())
        << file;
  }
}

// The caller of core/run decides what is printed: core/run only tells a listener, and plugins have
// the host's log, whose sink the program can replace. The other files use the standard streams of a
// child process or a rank.
TEST(SourcesTest, OnlyTheProgramWritesToTheStandardStreams) {
  const Users known = {
      {"core/exec/rank_server.cc", {"stderr", "fprintf("}},  // a rank above 0
      {"core/exec/search_worker.cc", {"stdout"}},            // a worker process
      {"core/exec/worker.cc", {"stdout"}},                   // likewise
      {"core/exec/worker_process.cc",
       {"STDERR_FILENO", "STDOUT_FILENO"}},                          // of the worker it starts
      {"core/plugin/child.cc", {"STDERR_FILENO", "STDOUT_FILENO"}},  // of the child it forks
      {"core/plugin/log.cc", {"stderr_sink_mt"}},
      {"core/serve/report_maker.cc",
       {"STDERR_FILENO", "STDOUT_FILENO"}},  // of the process that it starts
      {"core/verify/process_state.cc",
       {"STDERR_FILENO", "STDOUT_FILENO"}},               // inspects them in a child
      {"plugins/oracles/command/oracle.cc", {"stderr"}},  // in the name of a file
      {"plugins/oracles/command/plugin.cc", {"stderr"}},  // likewise
      {"plugins/oracles/command/process.cc",
       {"STDERR_FILENO", "STDOUT_FILENO"}},  // of the program it starts
      {"plugins/spaces/ofa/import/importer.cc", {"fprintf(", "printf(", "stderr"}},  // a program
      {"sdk/toolkit/training/network_steps.h", {"fprintf(", "stderr"}},      // tests' programs
      {"sdk/include/lode/testing.hpp", {"STDERR_FILENO", "STDOUT_FILENO"}},  // of what it starts
  };
  EXPECT_EQ(UsersOutsideTheProgram({"STDERR_FILENO",
                                    "STDOUT_FILENO",
                                    "cerr",
                                    "clog",
                                    "cout",
                                    "dprintf(",
                                    "fmt::print",
                                    "fmt::println",
                                    "fprintf(",
                                    "fputs(",
                                    "perror(",
                                    "printf(",
                                    "psignal(",
                                    "putchar(",
                                    "puts(",
                                    "std::print",
                                    "std::println",
                                    "stderr",
                                    "stderr_color_mt",
                                    "stderr_sink_mt",
                                    "stdout",
                                    "stdout_color_mt",
                                    "stdout_sink_mt",
                                    "vfprintf(",
                                    "vprintf(",
                                    "write(1",
                                    "write(2"}),
            known);
}

// Errors are thrown. These files end a child process, or all ranks when one of them is lost.
TEST(SourcesTest, OnlyTheProgramEndsItself) {
  const Users known = {
      {"core/exec/keeper.cc", {"SYS_exit_group", "raise("}},  // a worker process and its keeper
      {"core/exec/mpi_session.cc", {"abort("}},               // under MPI
      {"core/exec/worker.cc", {"kill(0"}},            // a worker process and all that it started
      {"core/plugin/child.cc", {"_exit(", "exit("}},  // the child it forks
      {"plugins/oracles/command/keeper.cc", {"_exit("}},   // the keeper of a program
      {"plugins/oracles/command/process.cc", {"_exit("}},  // the child it forks
  };
  EXPECT_EQ(UsersOutsideTheProgram({"SYS_exit", "SYS_exit_group", "_Exit(", "_exit(", "abort(",
                                    "at_quick_exit(", "exit(", "kill(0", "quick_exit(", "raise(",
                                    "terminate("}),
            known);
}

// Signal handlers also belong to the program: core/run takes a token instead.
TEST(SourcesTest, OnlyTheProgramHandlesSignals) {
  const Users known = {
      {"core/exec/keeper.cc", {"sigaction", "sigprocmask"}},  // a process of its own
      {"core/exec/rank_server.cc", {"sigaction"}},            // a rank above 0
      {"core/exec/worker.cc", {"sigaction"}},                 // a worker process
      {"core/plugin/crash.cc", {"sigaction"}},                // names the plugin that crashes
      {"core/serve/server.cc", {"pthread_sigmask"}},          // its threads get none
      {"core/verify/process_state.cc", {"sigaction"}},        // inspects handlers in a child
  };
  EXPECT_EQ(UsersOutsideTheProgram({"pthread_sigmask", "sigaction", "signal(", "signalfd",
                                    "sigprocmask", "sigwait", "sigwaitinfo"}),
            known);
}

// Returns the files below a folder that include something of core.
Names IncludersOfCore(const std::string& folder) {
  static const std::regex include(R"(\s*#\s*include\s*["<](\.\./)*core/.*)");
  Names includers;
  for (const std::string& file : FilesIn(folder)) {
    std::ifstream in(SourceFile(file));
    for (std::string line; std::getline(in, line);) {
      if (std::regex_match(line, include)) { includers.insert(file); }
    }
  }
  return includers;
}

// Plugins, and tests of plugins, need what the SDK installs and nothing else of Lode.
TEST(SourcesTest, NothingOfTheSdkOrOfPluginsIncludesCore) {
  EXPECT_EQ(IncludersOfCore("plugins"), Names());
  EXPECT_EQ(IncludersOfCore("sdk"), Names());
}

// Tests that cross folders use the program or plugins, as users do.
TEST(SourcesTest, TestsThatCrossFoldersDoNotIncludeCore) {
  const Names known = {
      "tests/abi/abi_contract_test.cc",  // the host loads and verifies plugins of other builds
      "tests/abi/abi_search_test.cc",    // likewise
      "tests/abi/plugin_files.h",        // likewise
      "tests/schema/resolve_files.cc",   // compares the schema with how the host reads
  };
  EXPECT_EQ(IncludersOfCore("tests"), known);
}

}  // namespace
}  // namespace lode

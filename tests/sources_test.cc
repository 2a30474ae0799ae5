// Rules for the sources that no compiler knows.
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

bool Calls(const std::string& code, const std::string& function) {
  const std::string call = function + "(";
  for (std::size_t at = 0; (at = code.find(call, at)) != std::string::npos; ++at) {
    if (at == 0 || !IsNameCharacter(code[at - 1])) {
      return true;
    }
  }
  return false;
}

// Those of the functions that a file calls, comments left out.
Names CallsIn(const fs::path& file, const Names& functions) {
  Names found;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const std::string code = line.substr(0, line.find("//"));
    std::ranges::copy_if(functions, std::inserter(found, found.end()),
                         [&](const std::string& function) { return Calls(code, function); });
  }
  return found;
}

bool IsTested(const fs::path& file) {
  const std::string name = file.filename();
  return Names{".cc", ".c", ".h", ".hpp"}.contains(file.extension()) &&
         name.find("_test.") == std::string::npos && name.find("test_") == std::string::npos;
}

// The files below core, plugins and sdk that call any of the functions, and which.
std::map<std::string, Names> CallersOf(const Names& functions) {
  std::map<std::string, Names> callers;
  for (const char* folder : {"core", "plugins", "sdk"}) {
    for (const auto& entry : fs::recursive_directory_iterator(SourceFile(folder))) {
      const Names calls = IsTested(entry.path()) ? CallsIn(entry.path(), functions) : Names();
      if (!calls.empty()) {
        callers[fs::relative(entry.path(), LODE_SOURCE_DIR)] = calls;
      }
    }
  }
  return callers;
}

// A process is started by posix_spawn. What needs more in the child forks, and makes system calls
// only until it becomes the program: C libraries take locks where POSIX forbids it. A fork without
// exec is for a program that has one thread.
TEST(SourcesTest, ProcessesAreStartedWhereItIsKnownHow) {
  const std::map<std::string, Names> known = {
      {"core/cli/import.cc", {"execvp"}},  // in place of the program itself
      {"core/exec/keeper.cc", {"fork"}},   // a worker that has just begun: one thread, no exec
      {"core/exec/worker_process.cc", {"posix_spawn"}},
      {"core/plugin/child.cc", {"fork"}},                   // one thread, no exec
      {"plugins/command/keeper.cc", {"_Fork"}},             // system calls only, as its parent
      {"plugins/command/process.cc", {"_Fork", "execve"}},  // its child dies with the host
  };
  EXPECT_EQ(CallersOf({"fork", "vfork", "_Fork", "execl", "execle", "execlp", "execv", "execve",
                       "execvp", "execvpe", "posix_spawn", "posix_spawnp", "popen", "system"}),
            known);
}

// Between fork and exec. That the first two take a lock is glibc 2.41's choice, and others' may be more.
TEST(SourcesTest, NothingThatMayTakeALockIsCalledInAForkedChild) {
  for (const char* file : {"plugins/command/keeper.cc", "plugins/command/process.cc"}) {
    EXPECT_EQ(CallsIn(SourceFile(file), {"signal", "sigaction", "sigprocmask", "pthread_sigmask",
                                         "setenv", "malloc", "sysconf"}),
              Names())
        << file;
  }
}

}  // namespace
}  // namespace lode

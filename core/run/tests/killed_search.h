// A search that is killed at random moments and resumed: its files equal those of one that was not.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/program.h"
#include "tests/stored_files.h"
#include "tests/temporary_directory.h"

namespace lode::core {

// The search is that of pipeline.toml in a directory of its own.
class KilledSearch {
 protected:
  using microseconds = std::chrono::microseconds;
  using Files = std::map<std::string, std::string>;

  std::filesystem::path Path(const std::string& name) const { return directory_.path() / name; }

  // Always in the same place, because the path determines how preparations are named.
  std::vector<std::string> Running() const {
    return {"run", Path("pipeline.toml").string(), "--out", Path("out").string(), "--resume"};
  }

  // Returns the files that a search leaves, and removes them.
  Files Taken() const {
    Files files = StoredFiles(Path("out"));
    std::filesystem::remove_all(Path("out"));
    return files;
  }

  void KillAfter(microseconds time) const {
    const pid_t child = lode_.Start(Running());
    std::this_thread::sleep_for(time);
    kill(child, SIGKILL);
    lode_.Finish(child);
  }

  // Kills pairs of a search and the program that resumes it.
  void ExpectSameAfterKills(int kills) const {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    const Outcome whole = lode_.Run(Running());
    ASSERT_EQ(whole.status, 0) << whole.err;
    const auto time = std::chrono::duration_cast<microseconds>(Clock::now() - start);
    const Files expected = Taken();
    std::mt19937 random(7);
    std::uniform_int_distribution<microseconds::rep> moment(0, time.count());
    for (int kill = 0; kill < kills; kill += 2) {
      KillAfter(microseconds(moment(random)));
      KillAfter(microseconds(moment(random) / 2));  // the resuming program
      const Outcome resumed = lode_.Run(Running());
      ASSERT_EQ(resumed.status, 0) << resumed.out << resumed.err;
      const Files files = Taken();
      ASSERT_THAT(NamesOf(files), testing::ContainerEq(NamesOf(expected)));
      for (const auto& [name, content] : files) {
        ASSERT_EQ(content, expected.at(name)) << name << ", kill " << kill;
      }
    }
  }

  // What LODE_KILLS says, or `usual`.
  static int Kills(int usual) {
    const char* kills = std::getenv("LODE_KILLS");
    return kills != nullptr ? std::atoi(kills) : usual;
  }

  const TemporaryDirectory directory_;
  const Program lode_ = WithTestPlugins(directory_.path());

 private:
  static std::vector<std::string> NamesOf(const Files& files) {
    std::vector<std::string> names;
    names.reserve(files.size());
    for (const auto& [name, content] : files) { names.push_back(name); }
    return names;
  }
};

}  // namespace lode::core

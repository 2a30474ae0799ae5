// Shared by the oracle's tests: a host that notes what is said, and helpers to watch processes.
#pragma once

#include <gtest/gtest.h>
#include <lode/plugin.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace command {

inline std::string ReadAll(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

// Notes progress and log lines as "0.5 message" and "log: text".
class NotingHost {
 public:
  NotingHost() {
    host_.struct_size = sizeof host_;
    host_.ctx = this;
    host_.log = [](const lode_host* h, lode_level, const char* text, std::size_t size) {
      Of(h).Note("log: " + std::string(text, size));
    };
    host_.cancelled = [](const lode_host* h) { return Of(h).cancelled_.load(); };
    host_.progress = [](const lode_host* h, double fraction, const char* what) {
      std::ostringstream text;
      text << fraction << ' ' << what;
      Of(h).Note(text.str());
    };
  }
  NotingHost(const NotingHost&) = delete;

  const lode_host* get() const { return &host_; }
  void Cancel() { cancelled_ = true; }
  std::vector<std::string> notes() const {
    const std::lock_guard lock(mutex_);
    return notes_;
  }

 private:
  static NotingHost& Of(const lode_host* host) { return *static_cast<NotingHost*>(host->ctx); }
  void Note(std::string text) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(std::move(text));
  }

  lode_host host_{};
  std::atomic<bool> cancelled_ = false;
  mutable std::mutex mutex_;
  std::vector<std::string> notes_;
};

// Whether a process runs: neither gone nor a zombie.
inline bool IsRunning(int process) {
  const std::string stat = ReadAll("/proc/" + std::to_string(process) + "/stat");
  const std::size_t state = stat.rfind(") ");
  return state != std::string::npos && stat[state + 2] != 'Z' && stat[state + 2] != 'X';
}

// A number of seconds that only a hang reaches, on however busy a machine.
inline constexpr double kHang = 300;

// Returns the processes that have inherited a variable, "NAME=VALUE".
inline std::vector<int> ProcessesWith(const std::string& variable) {
  std::vector<int> processes;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const int process = std::atoi(entry.path().filename().c_str());
    const bool has =
        process > 0 && ReadAll(entry.path() / "environ").find(variable) != std::string::npos;
    if (has && IsRunning(process)) { processes.push_back(process); }
  }
  return processes;
}

template <class Condition>
bool Within(double seconds, const Condition& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) { return false; }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

// Returns the process numbers that a program wrote to a file, once there are `count`.
inline std::vector<int> WaitForNumbers(const std::filesystem::path& file, std::size_t count) {
  std::vector<int> numbers;
  EXPECT_TRUE(Within(kHang, [&] {
    std::istringstream text(ReadAll(file));
    numbers.clear();
    for (int number = 0; text >> number;) { numbers.push_back(number); }
    return numbers.size() >= count;
  })) << file;
  return numbers;
}

}  // namespace command

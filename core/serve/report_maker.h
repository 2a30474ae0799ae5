// Makes reports of runs in a process of their own.
#pragma once

#include <cstddef>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/serve/http.h"
#include "toolkit/posix/pipe.h"

namespace lode::core {

// The process is this program with the subcommand `report`: what the components of a report do
// with memory or end in does not matter here. Keeps the last reports.
class ReportMaker {
 public:
  // `plugins`: the values of --plugin. Throws HostError.
  explicit ReportMaker(std::vector<std::filesystem::path> plugins);

  // Returns the page about the runs, or why there is none. `version` changes with what is stored of
  // them. Takes seconds; one thread makes one at a time, others wait.
  Answer Make(const std::vector<std::filesystem::path>& runs, const std::string& version);

  // Ends what is being made, now and from here on. Any thread, at any time.
  void Cancel() { cancel_.write.Close(); }

 private:
  struct Outcome {
    int status = 0;  // as of waitpid
    bool is_cancelled = false;
    std::string page, messages;
  };
  Outcome RunReport(const std::vector<std::filesystem::path>& runs) const;
  // Returns whether everything was read before it was cancelled.
  bool ReadPage(int descriptor, std::string& page) const;

  static constexpr std::size_t kKept = 8;

  const std::vector<std::filesystem::path> plugins_;
  posix::Pipe cancel_;                               // is closed
  std::mutex mutex_;                                 // guards what follows
  std::deque<std::pair<std::string, Answer>> kept_;  // by version, the newest first
};

}  // namespace lode::core

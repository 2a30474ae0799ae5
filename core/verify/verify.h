// The conformance kit: checks the components of a plugin file against all rules, each in a child
// process, so that a crash, a hang or an exit is a finding.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "core/verify/findings.h"

namespace lode::verify {

struct Request {
  std::filesystem::path file;
  std::string component;              // an ID; all components if empty
  std::vector<std::string> settings;  // NAME=VALUE for its parameters
  // Plugins whose spaces are used to try oracles and optimizers, in addition to those of the file
  // itself.
  std::vector<std::filesystem::path> companions;
  std::chrono::milliseconds patience = std::chrono::seconds(60);  // for a check without any message
};

// The findings about one component, or the file as a whole.
struct Report {
  std::string title;  // "space 'ring'", "file ring.lode.so"
  std::vector<Finding> findings;
  std::size_t checks = 0;
  std::string skipped;  // why it was not checked, or ""
  double seconds = 0;
};

// Gets the progress.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void OnDoing(const std::string& title, const std::string& what) = 0;
  virtual void OnReport(const Report& report) = 0;
};

// Returns the file's report first. Throws core::HostError if the file has no component with this
// name. REQUIRES: the program has one thread.
std::vector<Report> Verify(const Request& request, Observer& observer);

}  // namespace lode::verify

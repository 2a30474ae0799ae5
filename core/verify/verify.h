// The conformance kit: holds the components of a plugin file to all rules, each in a child process,
// so that one that crashes, hangs or ends the process is a finding.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "core/verify/findings.h"

namespace lode::verify {

struct Request {
  std::filesystem::path file;
  std::string component;              // an id; all components if empty
  std::vector<std::string> settings;  // NAME=VALUE for its parameters
  // Plugins whose spaces oracles and optimizers are tried on, beside those of the file itself.
  std::vector<std::filesystem::path> companions;
  std::chrono::milliseconds patience = std::chrono::seconds(60);  // with a check that says nothing
};

// What was found of one component, or of the file as a whole.
struct Report {
  std::string title;  // "space 'ring'", "file ring.lode.so"
  std::vector<Finding> findings;
  std::size_t checks = 0;
  std::string skipped;  // why it was not checked, or ""
  double seconds = 0;
};

// Is told how far it has come.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void OnDoing(const std::string& title, const std::string& what) = 0;
  virtual void OnReport(const Report& report) = 0;
};

// The file's report first. Throws core::HostError if the file has no component of the name.
// REQUIRES: the program has one thread.
std::vector<Report> Verify(const Request& request, Observer& observer);

}  // namespace lode::verify

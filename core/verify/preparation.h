// An oracle's prepare: as the host calls it, and its contract.
#pragma once

#include <lode/plugin.h>

#include <filesystem>

#include "core/verify/findings.h"
#include "core/verify/settings.h"
#include "core/verify/test_host.h"

namespace lode::verify {

// A directory that is removed with all that is in it.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Whether the oracle does something once before it is asked.
bool CanPrepare(const lode_component& component);

// Lets a bound oracle prepare in the directory; LODE_OK if it has nothing to prepare.
lode_status Prepare(Subject& oracle, const std::filesystem::path& directory, lode_error* error);

// Prepares in directories of its own: once, again, cut off, and watches what is written where. Rules:
// "oracle.prepare*", "host.cancellation".
void CheckPreparation(const lode_component& component, const Setting& setting, lode_space space,
                      Findings& findings);

}  // namespace lode::verify

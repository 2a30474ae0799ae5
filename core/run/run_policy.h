// The policy for runs and stages that a directory already holds.
#pragma once

namespace lode::core {

// Nothing stored is removed or changed unless one of these allows it.
struct RunPolicy {
  bool fresh = false;    // remove everything stored and start over
  bool resume = false;   // continue what has not ended
  bool extend = false;   // continue runs to their pipelines' current budget
  bool force = false;    // continue runs even if their configuration or a version has changed
  bool replace = false;  // make changed stages again and keep the old ones beside them

  bool continues() const { return resume || extend; }
};

}  // namespace lode::core

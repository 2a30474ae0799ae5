// What happens to what a directory holds already.
#pragma once

namespace lode::core {

// Nothing that is there is removed or changed unless one of these says so.
struct RunPolicy {
  bool fresh = false;   // all is made again; what there was is removed
  bool resume = false;  // what has not ended continues
  bool extend = false;  // runs continue to the budget that their pipelines have now
  bool force = false;   // runs continue although their configuration or a version has changed
  bool replace =
      false;  // stages that have changed are made again; what there was is kept beside them

  bool continues() const { return resume || extend; }
};

}  // namespace lode::core

// The components of one run that search.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/catalog.h"
#include "core/plugin/component.h"

namespace lode::core {

// The space as C++ sees it. Throws HostError for one that cannot be searched. `space` outlives it.
std::unique_ptr<lode::Space> ViewOf(const SpaceInstance& space);

// An architecture in the space's notation, as one printable line: it is stored and shown. Throws
// lode::Error.
std::string FormatArchitecture(const lode::Space& space, ArchitectureView architecture);

// Its drawing, with labels that may be shown. Throws lode::Error.
lode::Graph PrintableGraph(const lode::Space& space, ArchitectureView architecture);

// Created and bound to each other. Not copied, not moved: plugins know the addresses.
class Components {
 public:
  // Loads the plugins that the pipeline uses. Throws HostError. `run` outlives *this.
  Components(const Pipeline& pipeline, const Catalog& catalog, const RunContext& run);

  const lode::Space& space() const { return *space_view_; }
  // Calls functions of space(). Throws HostError, CancelledError.
  template <class Function>
  decltype(auto) UseSpace(Function&& function) const {
    return space_->Use(std::forward<Function>(function));
  }
  OptimizerInstance& optimizer() { return *optimizer_; }
  // Empty for an optimizer that explores by itself.
  std::vector<std::unique_ptr<ExplorationInstance>>& explorations() { return explorations_; }

 private:
  std::unique_ptr<SpaceInstance> space_;
  std::unique_ptr<lode::Space> space_view_;
  std::vector<std::unique_ptr<ExplorationInstance>> explorations_;
  std::unique_ptr<OptimizerInstance> optimizer_;
};

}  // namespace lode::core

// The components of one run that search (space, explorations, optimizer).
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/catalog.h"
#include "core/plugin/component.h"
#include "core/search/executor.h"

namespace lode::core {

// Returns a C++ view of the space. Throws HostError for a space that cannot be searched. `space`
// outlives the view.
std::unique_ptr<lode::Space> ViewOf(const SpaceInstance& space);

// Returns an architecture in the space's notation, as one printable line for storing and showing.
// Throws lode::Error.
std::string FormatArchitecture(const lode::Space& space, ArchitectureView architecture);

// Returns an architecture's graph with printable labels. Throws lode::Error.
lode::Graph PrintableGraph(const lode::Space& space, ArchitectureView architecture);

// Components that are created and bound to each other. Neither copied nor moved: plugins know their
// addresses.
class Components {
 public:
  using Explorations = std::vector<std::unique_ptr<ExplorationInstance>>;

  // Loads the plugins that the pipeline uses. `fidelities`: those that the optimizer may propose.
  // `network`: the relaxed network that it may train. `run` and `network` outlive *this. Throws
  // HostError.
  Components(const Pipeline& pipeline, const Catalog& catalog, const RunContext& run,
             const Fidelities& fidelities = {}, NetworkOwner* network = nullptr);
  // Binds the optimizer to the space. Throws HostError.
  Components(std::unique_ptr<SpaceInstance> space, Explorations explorations,
             std::unique_ptr<OptimizerInstance> optimizer, const Fidelities& fidelities = {});

  const lode::Space& space() const { return *space_view_; }
  // The space's name in messages: "space 'nb201'".
  const std::string& space_title() const { return space_->title(); }
  // Calls a function that uses space(). Throws HostError, CancelledError.
  template <class Function>
  decltype(auto) UseSpace(Function&& function) const {
    return space_->Use(std::forward<Function>(function));
  }
  OptimizerInstance& optimizer() { return *optimizer_; }
  // Whether the optimizer may propose other fidelities than 1.
  bool chooses_fidelities() const { return chooses_fidelities_; }
  // Empty for an optimizer that explores by itself.
  Explorations& explorations() { return explorations_; }

  // Writes what the optimizer has learned, with the space. Throws HostError.
  void SavePolicy(const std::filesystem::path& file) const {
    optimizer_->Save(file, policy_space_);
  }

 private:
  void Offer(const Fidelities& fidelities);
  void Connect(NetworkOwner* network);

  std::unique_ptr<SpaceInstance> space_;
  std::unique_ptr<lode::Space> space_view_;
  Explorations explorations_;
  std::unique_ptr<OptimizerInstance> optimizer_;
  bool chooses_fidelities_ = false;
  PolicySpace policy_space_;
};

// Parses an architecture that a pipeline or a file contains. Throws HostError.
Architecture ParseArchitecture(const Components& components, const std::string& text);

}  // namespace lode::core

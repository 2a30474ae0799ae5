#include "core/search/components.h"

#include <string>

#include "core/plugin/error.h"
#include "core/plugin/loader.h"
#include "core/plugin/text.h"

namespace lode::core {
namespace {

template <class T>
std::unique_ptr<T> Make(const ComponentConfig& config, const Catalog& catalog,
                        const RunContext& run, const std::string& stream) {
  return std::make_unique<T>(LoadComponent(catalog, config.kind, config.id), config.values, run,
                             stream);
}

PolicySpace PolicySpaceOf(const ComponentConfig& config, const lode_component& component,
                          const lode::Space& space) {
  PolicySpace described{config.id, {}, space.matrices()};
  for (std::uint32_t i = 0; i < component.param_count; ++i) {
    described.parameters.emplace_back(LODE_AT(component.params, i)->name,
                                      FormatValue(config.values[i]));
  }
  return described;
}

}  // namespace

Components::Components(const Pipeline& pipeline, const Catalog& catalog, const RunContext& run,
                       const Fidelities& fidelities, NetworkOwner* network)
    : space_(Make<SpaceInstance>(pipeline.space, catalog, run, "space")),
      space_view_(ViewOf(*space_)),
      policy_space_(PolicySpaceOf(pipeline.space, space_->component(), *space_view_)) {
  optimizer_ = Make<OptimizerInstance>(pipeline.optimizer, catalog, run, "optimizer");
  optimizer_->Bind(space_->handle());
  Offer(fidelities);
  Connect(network);
  if (!pipeline.optimizer.policy.empty()) {
    optimizer_->Load(pipeline.optimizer.policy, policy_space_);
  }
  if ((optimizer_->component().capabilities & LODE_CAP_EXPLORES) != 0) { return; }
  for (std::size_t i = 0; i < pipeline.explorations.size(); ++i) {
    explorations_.push_back(Make<ExplorationInstance>(pipeline.explorations[i], catalog, run,
                                                      "exploration/" + std::to_string(i)));
  }
}

Components::Components(std::unique_ptr<SpaceInstance> space, Explorations explorations,
                       std::unique_ptr<OptimizerInstance> optimizer, const Fidelities& fidelities)
    : space_(std::move(space)),
      space_view_(ViewOf(*space_)),
      explorations_(std::move(explorations)),
      optimizer_(std::move(optimizer)) {
  optimizer_->Bind(space_->handle());
  Offer(fidelities);
}

void Components::Offer(const Fidelities& fidelities) {
  optimizer_->Offer(fidelities);
  chooses_fidelities_ = optimizer_->TakesFidelities() && fidelities != Fidelities();
}

void Components::Connect(NetworkOwner* network) {
  if (!optimizer_->TrainsNetwork()) { return; }
  if (network == nullptr) {
    throw HostError(optimizer_->title() +
                    ": trains a relaxed network, but no oracle of the pipeline has one");
  }
  optimizer_->Connect(network->handle());
}

std::string FormatArchitecture(const lode::Space& space, ArchitectureView architecture) {
  return PrintableLine(space.Format(architecture));
}

Architecture ParseArchitecture(const Components& components, const std::string& text) {
  try {
    return components.UseSpace([&] { return components.space().Parse(text); });
  } catch (const HostError& e) { throw HostError("architecture '" + text + "': " + e.what()); }
}

lode::Graph PrintableGraph(const lode::Space& space, ArchitectureView architecture) {
  lode::Graph graph = space.Graph(architecture);
  for (auto& [group, label] : graph.nodes) {
    group = PrintableLine(group);
    label = PrintableLine(label);
  }
  for (lode::Graph::Edge& edge : graph.edges) { edge.label = PrintableLine(edge.label); }
  return graph;
}

std::unique_ptr<lode::Space> ViewOf(const SpaceInstance& space) {
  auto view = space.Use([&] { return std::make_unique<lode::Space>(space.handle()); });
  if (view->cells() == 0) { throw HostError(space.title() + ": has no cells"); }
  return view;
}

}  // namespace lode::core

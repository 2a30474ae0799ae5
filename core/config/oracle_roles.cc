#include "core/config/oracle_roles.h"

#include <algorithm>

namespace lode::core {
namespace {

bool HasCapability(const ComponentConfig& component, lode_capability capability,
                   const Catalog& catalog) {
  const ComponentDeclaration* declaration = catalog.Find(component.kind, component.id);
  return declaration != nullptr && (declaration->capabilities & capability) != 0;
}

// Returns the positions of free or measuring oracles.
std::vector<std::size_t> Select(bool free, const std::vector<ComponentConfig>& oracles,
                                const Catalog& catalog) {
  const auto is_free = [&](const ComponentConfig& oracle) {
    return HasCapability(oracle, LODE_CAP_FREE, catalog);
  };
  const bool all_free = std::ranges::all_of(oracles, is_free);
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < oracles.size(); ++i) {
    if ((is_free(oracles[i]) && !all_free) == free) { places.push_back(i); }
  }
  return places;
}

}  // namespace

std::vector<std::size_t> FreeOracles(const Pipeline& pipeline, const Catalog& catalog) {
  return Select(true, pipeline.oracles, catalog);
}

std::vector<std::size_t> MeasuringOracles(const Pipeline& pipeline, const Catalog& catalog) {
  return Select(false, pipeline.oracles, catalog);
}

bool AreAllFree(const Pipeline& pipeline, const Catalog& catalog) {
  return std::ranges::all_of(pipeline.oracles, [&](const ComponentConfig& oracle) {
    return HasCapability(oracle, LODE_CAP_FREE, catalog);
  });
}

bool TrainsNetwork(const ComponentConfig& optimizer, const Catalog& catalog) {
  return HasCapability(optimizer, LODE_CAP_RELAXED, catalog);
}

std::optional<std::size_t> NetworkOracle(const Pipeline& pipeline, const Catalog& catalog) {
  if (!TrainsNetwork(pipeline.optimizer, catalog)) { return std::nullopt; }
  const auto owner = std::ranges::find_if(pipeline.oracles, [&](const ComponentConfig& oracle) {
    return HasCapability(oracle, LODE_CAP_RELAXED, catalog);
  });
  if (owner == pipeline.oracles.end()) { return std::nullopt; }
  return static_cast<std::size_t>(owner - pipeline.oracles.begin());
}

Parallel ParallelOf(const std::vector<ComponentConfig>& oracles, const Catalog& catalog) {
  const auto measuring = Select(false, oracles, catalog);
  const auto all_have = [&](lode_capability capability) {
    return std::ranges::all_of(measuring, [&](std::size_t place) {
      return HasCapability(oracles[place], capability, catalog);
    });
  };
  return all_have(LODE_CAP_BATCH)        ? Parallel::kBatch
         : all_have(LODE_CAP_CONCURRENT) ? Parallel::kThreads
                                         : Parallel::kNever;
}

}  // namespace lode::core

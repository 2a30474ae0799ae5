// Which oracles of a pipeline measure, and which are formulas that cost nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/catalog.h"

namespace lode::core {

// FreeOracles() and MeasuringOracles() return the positions of a pipeline's free and measuring
// oracles. If all are free, the budget counts queries to them, so all of them measure.
std::vector<std::size_t> FreeOracles(const Pipeline& pipeline, const Catalog& catalog);
std::vector<std::size_t> MeasuringOracles(const Pipeline& pipeline, const Catalog& catalog);

// Returns whether no oracle measures, so that formulas compute all results.
bool AreAllFree(const Pipeline& pipeline, const Catalog& catalog);

// Returns the position of the oracle whose relaxed network the optimizer trains: the first that has
// one. Nothing if the optimizer trains no network, or no oracle has one.
std::optional<std::size_t> NetworkOracle(const Pipeline& pipeline, const Catalog& catalog);

// Returns whether the optimizer trains a relaxed network.
bool TrainsNetwork(const ComponentConfig& optimizer, const Catalog& catalog);

// How one process can measure several architectures at once.
enum class Parallel {
  kNever,    // it cannot: each needs a process of its own
  kThreads,  // each in a thread: all measuring oracles have LODE_CAP_CONCURRENT
  kBatch     // in one call: all measuring oracles have LODE_CAP_BATCH
};

// Prefers a batch, because its oracles say that it is faster than one architecture after the other,
// and use the threads that they may use. Of an unknown oracle returns kNever.
Parallel ParallelOf(const std::vector<ComponentConfig>& oracles, const Catalog& catalog);

}  // namespace lode::core

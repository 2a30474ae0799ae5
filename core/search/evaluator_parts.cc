#include <algorithm>
#include <memory>
#include <vector>

#include "core/search/evaluator.h"

namespace lode::core {
namespace {

// Sets the metrics of all oracles and the positions of the free and the measured ones.
void ArrangeMetrics(const Pipeline& pipeline, const std::vector<std::size_t>& free,
                    const MetricLists& computed, const MetricLists& measured,
                    Evaluator::Parts& parts) {
  MetricLists lists;
  auto next_computed = computed.begin(), next_measured = measured.begin();
  std::size_t place = 0;
  for (std::size_t i = 0; i < pipeline.oracles.size(); ++i) {
    const bool is_free = std::ranges::count(free, i) > 0;
    const auto& list = lists.emplace_back(is_free ? *next_computed++ : *next_measured++);
    auto& places = is_free ? parts.free_places : parts.measured_places;
    for (std::size_t k = 0; k < list.size(); ++k) { places.push_back(place++); }
  }
  parts.metrics = CollectMetrics(pipeline, lists);
}

bool DependOnNetworkOnly(const std::vector<std::size_t>& measuring, const Pipeline& pipeline,
                         const Catalog& catalog) {
  return std::ranges::all_of(measuring, [&](std::size_t i) {
    const auto* oracle = catalog.Find(LODE_ORACLE, pipeline.oracles[i].id);
    return (oracle->capabilities & LODE_CAP_CANONICAL) != 0;
  });
}

}  // namespace

Evaluator::Parts EvaluatorParts(const Pipeline& pipeline, const Catalog& catalog,
                                const RunContext& run, const lode::Space& space,
                                Executor& executor) {
  const auto free = FreeOracles(pipeline, catalog);
  const auto oracles = std::make_shared<Oracles>(pipeline, catalog, run, free);
  Evaluator::Parts parts{.space = space,
                         .space_title = "space '" + pipeline.space.id + "'",
                         .executor = executor,
                         .seed = run.seed};
  ArrangeMetrics(pipeline, free, oracles->metrics(), executor.metrics(), parts);
  if (!free.empty()) {
    parts.compute = [oracles](ArchitectureView architecture, std::uint64_t seed) {
      return oracles->Evaluate(architecture, 1, seed);
    };
  }
  parts.by_canonical = space.HasCanonical() &&
                       DependOnNetworkOnly(MeasuringOracles(pipeline, catalog), pipeline, catalog);
  return parts;
}

}  // namespace lode::core

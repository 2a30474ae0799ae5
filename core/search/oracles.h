// Oracles that are bound to a space and asked together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/catalog.h"
#include "core/plugin/component.h"
#include "core/search/executor.h"
#include "core/search/limits.h"

namespace lode::core {

// Whether the store and the reports use the name for something else: no metric can have it.
bool IsReservedMetricName(std::string_view name);

// Which oracles of a pipeline are free and which measure, by their place in it. If all are free,
// asking them is what the budget counts: then all measure.
std::vector<std::size_t> FreeOracles(const Pipeline& pipeline, const Catalog& catalog);
std::vector<std::size_t> MeasuringOracles(const Pipeline& pipeline, const Catalog& catalog);

// Whether no oracle measures: all that is found is computed by formulas.
bool AreAllFree(const Pipeline& pipeline, const Catalog& catalog);

// The metrics of all oracles of a pipeline in one list. Throws HostError if an oracle has none, or one
// of a name that is taken.
std::vector<MetricDeclaration> CollectMetrics(const Pipeline& pipeline, const MetricLists& lists);

// The metrics of all oracles of a pipeline: creates its space and its oracles for it. Throws HostError.
std::vector<MetricDeclaration> MetricsOf(const Pipeline& pipeline, const Catalog& catalog,
                                         const RunContext& run);

// Some oracles of a pipeline and a space of their own. Used by one thread. Not copied, not moved:
// plugins know the addresses.
class Oracles {
 public:
  // `which`: ascending places in pipeline.oracles. They are prepared if the run says where, which may
  // take long and waits while others prepare there. Everything outlives *this. Throws HostError,
  // CancelledError.
  Oracles(const Pipeline& pipeline, const Catalog& catalog, const RunContext& run,
          const std::vector<std::size_t>& which);
  Oracles(const Oracles&) = delete;
  Oracles& operator=(const Oracles&) = delete;

  const MetricLists& metrics() const { return metrics_; }

  // Asks one after the other, those whose metrics have limits first, until one fails or a limit is
  // broken that rejects. What they note goes into the measurement. Throws CancelledError.
  Measurement Measure(ArchitectureView architecture, std::uint64_t seed);

 private:
  // An oracle and the place of its metrics among all.
  struct Part {
    OracleInstance* oracle;
    std::size_t first, count;
  };
  void Bind();
  void Prepare(const Pipeline& pipeline, const std::vector<std::size_t>& which);
  void SetLimits(const RewardConfig& reward);
  // Returns why it failed, or "".
  std::string Ask(const Part& part, ArchitectureView architecture, std::uint64_t seed,
                  Measurement& measurement);

  RunContext run_;
  Records records_;  // of the measurement in hand
  SpaceInstance space_;
  std::vector<std::unique_ptr<OracleInstance>> oracles_;
  MetricLists metrics_;
  std::vector<MetricDeclaration> all_metrics_;
  std::optional<Limits> limits_;  // that reject
  std::vector<Part> parts_;       // in the order of asking
};

}  // namespace lode::core

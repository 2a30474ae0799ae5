// Oracles that are bound to one space and asked together.
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

// Returns whether the store and the reports use the name for something else, so that no metric may
// have it.
bool IsReservedMetricName(std::string_view name);

// FreeOracles() and MeasuringOracles() return the positions of a pipeline's free and measuring
// oracles. If all are free, the budget counts questions to them, so all of them measure.
std::vector<std::size_t> FreeOracles(const Pipeline& pipeline, const Catalog& catalog);
std::vector<std::size_t> MeasuringOracles(const Pipeline& pipeline, const Catalog& catalog);

// Returns whether no oracle measures, so that formulas compute all results.
bool AreAllFree(const Pipeline& pipeline, const Catalog& catalog);

// Returns the metrics of all oracles of a pipeline in one list. Throws HostError if an oracle has
// none or one whose name is taken.
std::vector<MetricDeclaration> CollectMetrics(const Pipeline& pipeline, const MetricLists& lists);

// Returns the metrics of all oracles of a pipeline; creates its space and oracles to find out.
// Throws HostError.
std::vector<MetricDeclaration> MetricsOf(const Pipeline& pipeline, const Catalog& catalog,
                                         const RunContext& run);

// Some oracles of a pipeline and a space of their own. Use from one thread only. Neither copied nor
// moved: plugins know the addresses.
class Oracles {
 public:
  // `which` lists positions in pipeline.oracles, ascending. If the run names a folder for
  // preparations, prepares the oracles, which may take long and waits while other runs prepare
  // there. All arguments outlive *this. Throws HostError, CancelledError.
  Oracles(const Pipeline& pipeline, const Catalog& catalog, const RunContext& run,
          const std::vector<std::size_t>& which);
  Oracles(const Oracles&) = delete;
  Oracles& operator=(const Oracles&) = delete;

  const MetricLists& metrics() const { return metrics_; }

  // Asks one oracle after the other, those whose metrics have limits first, until one fails or a
  // limit that rejects is broken. The measurement includes the values that they record. Throws
  // CancelledError.
  Measurement Measure(ArchitectureView architecture, std::uint64_t seed);

 private:
  // An oracle and the position of its metrics among all metrics.
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
  Records records_;  // of the current measurement
  SpaceInstance space_;
  std::vector<std::unique_ptr<OracleInstance>> oracles_;
  MetricLists metrics_;
  std::vector<MetricDeclaration> all_metrics_;
  std::optional<Limits> limits_;  // those that reject
  std::vector<Part> parts_;       // in the order of asking
};

}  // namespace lode::core

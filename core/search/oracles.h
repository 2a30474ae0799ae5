// Oracles that are bound to one space and asked together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "core/config/oracle_roles.h"
#include "core/config/pipeline.h"
#include "core/plugin/catalog.h"
#include "core/plugin/component.h"
#include "core/search/executor.h"
#include "core/search/limits.h"
#include "core/search/record_collector.h"

namespace lode::core {

// Returns whether the store and the reports use the name for something else, so that no metric may
// have it.
bool IsReservedMetricName(std::string_view name);

// Returns the metrics of all oracles of a pipeline in one list. Throws HostError if an oracle has
// none or one whose name is taken.
std::vector<MetricDeclaration> CollectMetrics(const Pipeline& pipeline, const MetricLists& lists);

// Returns the metrics of all oracles of a pipeline; creates its space and oracles to find out.
// Throws HostError.
std::vector<MetricDeclaration> MetricsOf(const Pipeline& pipeline, const Catalog& catalog,
                                         const RunContext& run);

// Some oracles of a pipeline and a space of their own. Neither copied nor moved: plugins know the
// addresses. Use from one thread only; if all oracles have LODE_CAP_CONCURRENT, several threads may
// call Evaluate() at once.
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
  // The fidelities that all of them serve.
  const Fidelities& fidelities() const { return fidelities_; }

  // Asks one oracle after the other, those whose metrics have limits first, until one fails or a
  // limit that rejects is broken. The evaluation includes the values that they record. Throws
  // CancelledError.
  Evaluation Evaluate(ArchitectureView architecture, double fidelity, std::uint64_t seed);

  // The relaxed network that the optimizer trains, if one of them has it; otherwise null.
  NetworkOwner* network() { return network_.get(); }

  // The same for several queries, which each oracle gets in one call. A value that is recorded in
  // such a call belongs to no single query: then the results are dropped, and queries are
  // asked one by one, these and all later ones.
  std::vector<Evaluation> Evaluate(std::span<const Query> queries);

 private:
  // An oracle and the position of its metrics among all metrics.
  struct Part {
    OracleInstance* oracle;
    std::size_t first, count;

    std::span<double> MetricsIn(Evaluation& evaluation) const {
      return std::span(evaluation.metrics).subspan(first, count);
    }
  };
  void Bind();
  void TakeNetwork(const Pipeline& pipeline, const Catalog& catalog,
                   const std::vector<std::size_t>& which);
  void Prepare(const Pipeline& pipeline, const std::vector<std::size_t>& which);
  void SetLimits(const RewardConfig& reward);

  Evaluation Unmeasured() const;
  std::vector<Evaluation> EvaluateOneByOne(std::span<const Query> queries);
  void EvaluateTogether(std::span<const Query> queries, std::vector<Evaluation>& evaluations);
  // Adds an oracle's result, whose metrics are already there.
  void Take(const Part& part, const OracleInstance::Outcome& result, Evaluation& evaluation) const;
  // Return why the result is a failure, or "".
  static std::string FaultOf(const Part& part, const OracleInstance::Outcome& result);
  std::string FaultOf(const Part& part, const Evaluation& evaluation) const;

  RunContext run_;
  RecordCollector records_;
  bool one_by_one_ = false;  // because they record values
  SpaceInstance space_;
  std::vector<std::unique_ptr<OracleInstance>> oracles_;
  std::unique_ptr<NetworkOwner> network_;
  const OracleInstance* trained_ = nullptr;  // the oracle that has it
  MetricLists metrics_;
  Fidelities fidelities_ = Fidelities::Range(std::numeric_limits<double>::min());
  std::vector<MetricDeclaration> all_metrics_;
  std::optional<Limits> limits_;  // those that reject
  std::vector<Part> parts_;       // in the order of asking
};

}  // namespace lode::core

// Warns early of limits that cost a search its budget.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"
#include "core/search/trial.h"

namespace lode::core {

// A limit on a metric that is measured turns an architecture away only once that has been paid. Says
// so once, when of at least kLeast evaluations more than half were turned away, and names the free
// metric that goes most with the measured one, so that a limit on it could stand in: the one of largest
// correlation among the free ones without a limit.
class RejectionWatch : public TrialObserver {
 public:
  static constexpr std::uint64_t kLeast = 20;

  // `free`: which of the metrics cost nothing; `computable`: names of the space's metrics, for pipelines
  // that ask for none of them.
  RejectionWatch(const RewardConfig& reward, const std::vector<MetricDeclaration>& metrics,
                 const std::vector<std::size_t>& free, std::vector<std::string> computable,
                 std::function<void(const std::string&)> warn);

  void OnEvaluation(const EvaluationRecord& evaluation) override;
  void OnTrial(const TrialRecord& /*trial*/) override {}

 private:
  std::string Warning() const;
  std::string Advice() const;
  // The one most correlated with the measured limit's; none if no free metric varies with it.
  std::optional<std::size_t> BestFree() const;

  const std::vector<MetricDeclaration>& metrics_;
  std::vector<std::size_t> limited_;  // metrics that are measured and have a limit
  std::vector<std::size_t> free_;     // metrics that have none and cost nothing
  const std::vector<std::string> computable_;
  const std::function<void(const std::string&)> warn_;
  std::vector<std::vector<double>> rows_;  // of evaluations, until it has warned
  std::uint64_t rejected_ = 0;
  bool warned_ = false;
};

}  // namespace lode::core

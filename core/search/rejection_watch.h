// Warns early about limits that waste a search's budget.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"
#include "core/search/trial.h"

namespace lode::core {

// A limit on a measured metric rejects an architecture only after the evaluation is paid for. Warns
// once, when more than half of at least kLeast evaluations were rejected, and names the free metric
// that is most correlated with the measured one, because a limit on it could replace the other.
// Only free metrics without a limit are considered.
class RejectionWatch : public TrialObserver {
 public:
  static constexpr std::uint64_t kLeast = 20;

  // `free` lists the positions of metrics that cost nothing. `computable` names the space's
  // metrics, for pipelines that use none of them. `metrics` outlive *this.
  RejectionWatch(const RewardConfig& reward, const std::vector<MetricDeclaration>& metrics,
                 const std::vector<std::size_t>& free, std::vector<std::string> computable,
                 std::function<void(const std::string&)> warn);

  void OnEvaluation(const EvaluationRecord& evaluation) override;
  void OnTrial(const TrialRecord& /*trial*/) override {}

 private:
  std::string Warning() const;
  std::string Advice() const;
  // Returns the free metric most correlated with a limited one; none if no free metric varies with
  // it.
  std::optional<std::size_t> BestFree() const;

  const std::vector<MetricDeclaration>& metrics_;
  std::vector<std::size_t> limited_;  // measured metrics with a limit
  std::vector<std::size_t> free_;     // free metrics without a limit
  const std::vector<std::string> computable_;
  const std::function<void(const std::string&)> warn_;
  std::vector<std::vector<double>> rows_;  // metrics of evaluations, until the warning
  std::uint64_t rejected_ = 0;
  bool warned_ = false;
};

}  // namespace lode::core

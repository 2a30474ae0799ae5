// Calls of an oracle whose outputs are checked, and comparisons of their answers.
#pragma once

#include <algorithm>
#include <cmath>
#include <deque>
#include <string>
#include <vector>

#include "core/verify/case.h"
#include "core/verify/contract.h"
#include "core/verify/guarded_input.h"
#include "core/verify/metric_list.h"
#include "core/verify/preparation.h"
#include "core/verify/space_probe.h"

namespace lode::verify {

// The outputs of one evaluation.
struct Evaluation {
  lode_status call = LODE_OK;
  lode_status query = LODE_OK;
  std::vector<double> metrics;
  bool untouched = false;
  double cost_seconds = 0;
  std::string fault;  // of the error, if it failed

  bool ok() const { return call == LODE_OK && query == LODE_OK; }
};

class OracleCalls : public Contract {
 public:
  // REQUIRES: all outlive *this.
  OracleCalls(const Case& checked, Findings& findings)
      : Contract(findings), case_(checked), probe_(checked.space, space_findings_) {}

 protected:
  static const lode_oracle_api& Api(const Subject& oracle) { return oracle.api<lode_oracle_api>(); }

  bool Bind(Subject& oracle) {
    if (!Require(oracle.created(), "create.defaults", oracle.error().message())) { return false; }
    ErrorBuffer error;
    const lode_status status = Api(oracle).bind(oracle.get(), case_.space, error.get());
    if (!Require(status == LODE_OK, "oracle.bind", "refuses the space: " + error.message())) {
      return false;
    }
    const bool prepared = Prepare(oracle, case_.prepared, error.get()) == LODE_OK;
    return Require(prepared, "oracle.prepare", "fails: " + error.message());
  }

  // An architecture and the seed of its evaluation. The result of an oracle that fails or measures
  // at random depends on both, alone and in a batch.
  struct Asked {
    const Bytes* architecture;
    std::uint64_t seed;
    double fidelity = 1;
  };

  Evaluation Evaluate(Subject& oracle, Asked asked) {
    pattern_ ^= GuardedBuffer<double>::kCanary ^ GuardedBuffer<double>::kOther;
    return EvaluateAll(oracle, {asked}, findings_, pattern_).front();
  }

  // Makes one call for all, with structs of the larger size that a newer host would use.
  std::vector<Evaluation> EvaluateAll(Subject& oracle, const std::vector<Asked>& asked) {
    return EvaluateAll(oracle, asked, findings_);
  }
  std::vector<Evaluation> EvaluateAll(Subject& oracle, const std::vector<Asked>& asked,
                                      Findings& findings,
                                      std::uint8_t pattern = GuardedBuffer<double>::kCanary) const {
    std::vector<GuardedBuffer<double>> metrics(asked.size(),
                                               GuardedBuffer<double>(metrics_.size(), pattern));
    std::deque<ErrorBuffer> errors(asked.size());
    std::deque<InputPage> pages(asked.size());
    std::deque<GuardedInput<std::uint8_t>> inputs;
    std::vector<Newer<lode_query>> queries;
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const Bytes& architecture = *asked[i].architecture;
      inputs.emplace_back(pages[i], architecture.data(), architecture.size());
      queries.emplace_back(lode_query{0, 0, inputs[i].data(), asked[i].fidelity, asked[i].seed,
                                      metrics[i].data(), kNoCost, LODE_OK, 0, errors[i].get()});
    }
    ErrorBuffer error;
    findings.Beat();
    const lode_status status =
        Api(oracle).evaluate(oracle.get(), &queries.data()->value,
                             static_cast<std::uint32_t>(queries.size()), error.get());
    std::vector<Evaluation> evaluations;
    for (std::size_t i = 0; i < queries.size(); ++i) {
      const lode_query& q = queries[i].value;
      const std::string fault = status != LODE_OK     ? error.Fault(status)
                                : q.status != LODE_OK ? errors[i].Fault(q.status)
                                                      : "";
      evaluations.push_back(
          {status, q.status, metrics[i].values(), metrics[i].untouched(), q.cost_seconds, fault});
      findings.Require(metrics[i].in_bounds() && queries[i].intact(), "outputs.bounds",
                       "evaluate wrote past the metrics or the query");
      findings.Require(inputs[i].unchanged() && q.architecture == inputs[i].data() &&
                           q.seed == asked[i].seed && q.metrics == metrics[i].data() &&
                           q.fidelity == asked[i].fidelity,
                       "inputs.untouched", "evaluate changed its inputs");
    }
    return evaluations;
  }

  void CheckFailure(const Evaluation& evaluation) {
    if (evaluation.ok()) { return; }
    Require(evaluation.untouched, "outputs.untouched", "evaluate failed and changed the metrics");
    Require(evaluation.cost_seconds == kNoCost, "outputs.untouched",
            "evaluate failed and changed the cost");
    Require(evaluation.fault.empty(), "error.message", "evaluate: the error " + evaluation.fault);
  }

  // Returns whether two answers agree in all metrics that are not noisy, or both failed.
  bool Agree(const Evaluation& a, const Evaluation& b) const {
    if (a.ok() != b.ok()) { return false; }
    for (std::size_t m = 0; a.ok() && m < metrics_.size(); ++m) {
      if (!metrics_[m].noisy && a.metrics[m] != b.metrics[m]) { return false; }
    }
    return true;
  }

  void CheckCost(const Evaluation& evaluation) {
    const double cost = evaluation.cost_seconds;
    Require(!evaluation.ok() || cost == kNoCost || (std::isfinite(cost) && cost >= 0),
            "oracle.cost", "is " + std::to_string(cost) + " seconds");
  }

  // `before` is an earlier answer to the same query.
  static void CheckSameCost(const Evaluation& evaluation, const Evaluation& before,
                            const std::string& when, Findings& findings) {
    if (!evaluation.ok() || !before.ok() || std::isnan(before.cost_seconds)) { return; }
    const auto words = [](double cost) {
      return cost == kNoCost ? "none" : std::to_string(cost) + " seconds";
    };
    findings.Require(evaluation.cost_seconds == before.cost_seconds, "oracle.cost",
                     "is " + words(before.cost_seconds) + ", and " +
                         words(evaluation.cost_seconds) + " " + when);
  }

  const Case& case_;
  Findings space_findings_;  // of the space, not of this component
  SpaceProbe probe_;
  std::vector<MetricTraits> metrics_;  // once they are read

 private:
  // A query's cost before the oracle reports one: a number that no oracle has a reason to report.
  static constexpr double kNoCost = -7.25e-133;

  // The pattern in the metrics before a call; each single evaluation finds another one than the
  // last.
  std::uint8_t pattern_ = GuardedBuffer<double>::kCanary;
};

}  // namespace lode::verify

// The contract of an oracle until it is bound: its metrics, and what it refuses.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/verify/declared_fidelities.h"
#include "core/verify/oracle_calls.h"

namespace lode::verify {

class BoundOracle : public OracleCalls {
 public:
  BoundOracle(const Case& checked, Findings& findings)
      : OracleCalls(checked, findings), oracle_(checked.component, checked.setting) {}

 protected:
  // Checks everything up to the metrics of the bound oracle, which is refused `foreign` or accepts
  // it. Returns whether it can be evaluated.
  bool CheckBinding(lode_space foreign) {
    if (!Require(oracle_.created(), "create.defaults", oracle_.error().message())) { return false; }
    unbound_metrics_ = ReadMetrics();
    if (!DrawSamples()) { return false; }
    Do("evaluating before bind", &BoundOracle::CheckBeforeBind);
    Do("binding another space", [&] { CheckForeignSpace(foreign); });
    if (!Bind(oracle_)) { return false; }
    Do("reading its metrics", &BoundOracle::CheckMetrics);
    return !metrics_.empty();
  }

  // Returns sample i with the seed that is used everywhere.
  Asked SampleOf(std::size_t i, std::uint64_t more = 0) const { return {&samples_[i], i + more}; }

  Subject oracle_;
  std::vector<Bytes> samples_;

 private:
  static constexpr std::size_t kSamples = 48;

  std::vector<MetricTraits> ReadMetrics() {
    const std::uint32_t count = Api(oracle_).metric_count(oracle_.get());
    const auto describe = [&](std::uint32_t index, lode_metric* out, lode_error* e) {
      return Api(oracle_).metric(oracle_.get(), index, out, e);
    };
    return MetricList(count, describe, "oracle.metrics", findings_).list();
  }

  // The metrics before bind must stay, unless the oracle declares that they vary.
  void CheckMetrics() {
    metrics_ = ReadMetrics();
    Require(!metrics_.empty(), "oracle.metrics", "there is none");
    const bool vary = (case_.component.capabilities & LODE_CAP_METRICS_VARY) != 0;
    Require(vary || metrics_ == unbound_metrics_, "oracle.metrics", "they change with bind");
    for (const MetricTraits& metric : metrics_) {
      Require(!metric.optimum || (std::isfinite(*metric.optimum) && !metric.noisy),
              "oracle.optimum", metric.name + " is noisy, or its optimum is not finite");
    }
  }

  bool DrawSamples() {
    for (std::uint64_t seed = 0; seed < kSamples; ++seed) {
      auto sample = probe_.Sample(seed);
      if (!sample) { return false; }
      samples_.push_back(*std::move(sample));
    }
    return true;
  }

  void CheckBeforeBind() {
    CheckUnbound(oracle_, "before bind");
    if (DeclaresFidelities(case_.component)) { CheckUnboundFidelities(oracle_, findings_); }
    if (!CanPrepare(case_.component)) { return; }
    ErrorBuffer error;
    const lode_status status = Prepare(oracle_, case_.prepared, error.get());
    Require(status == LODE_E_INVALID, "oracle.before_bind",
            "prepare before bind is not refused as invalid");
  }

  void CheckUnbound(Subject& oracle, const std::string& when) {
    const Evaluation evaluation = Evaluate(oracle, SampleOf(0));
    const lode_status status = evaluation.call != LODE_OK ? evaluation.call : evaluation.query;
    Require(status == LODE_E_INVALID, "oracle.before_bind",
            "evaluate " + when + " is not refused as invalid");
    CheckFailure(evaluation);
  }

  void CheckForeignSpace(lode_space foreign) {
    Subject other(case_.component, case_.setting);
    if (!Require(other.created(), "create.defaults", other.error().message())) { return; }
    ErrorBuffer error;
    const lode_status status = Api(other).bind(other.get(), foreign, error.get());
    if (status == LODE_OK) { return; }
    Require(status == LODE_E_UNSUPPORTED || status == LODE_E_IO, "oracle.bind",
            "refuses a space with another status than unsupported, or i/o because of its file");
    const std::string fault = error.Fault(status);
    Require(fault.empty(), "error.message", "bind: the error " + fault);
    CheckUnbound(other, "after a bind that failed");
  }

  std::vector<MetricTraits> unbound_metrics_;
};

}  // namespace lode::verify

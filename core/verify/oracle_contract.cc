#include "core/verify/oracle_contract.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/plugin/fidelities.h"
#include "core/verify/bound_oracle.h"

namespace lode::verify {
namespace {

constexpr std::size_t kBatch = 16;
constexpr std::size_t kMostFidelities = 8;  // that are tried
// Attempts with other seeds before the oracle counts as always failing.
constexpr std::uint64_t kTries = 20;

class OracleContract : public BoundOracle {
 public:
  using BoundOracle::BoundOracle;

  void Check(lode_space foreign) {
    if (!CheckBinding(foreign)) { return; }
    Do("evaluating one by one, twice", &OracleContract::CheckAnswers);
    Do("evaluating in batches", &OracleContract::CheckBatches);
    Do("evaluating bytes that are not an architecture", &OracleContract::CheckInvalid);
    Do("evaluating with two instances", &OracleContract::CheckInstances);
    if (DeclaresFidelities(case_.component)) {
      Do("evaluating at the fidelities that it declares", &OracleContract::CheckFidelities);
    }
    if ((case_.component.capabilities & LODE_CAP_CANONICAL) != 0) {
      Do("evaluating representatives", &OracleContract::CheckCanonical);
    }
    if ((case_.component.capabilities & LODE_CAP_CONCURRENT) != 0) {
      Do("evaluating from four threads at once", &OracleContract::CheckThreads);
    }
  }

 private:
  // Asks a slow oracle less often.
  void ChooseSamples() {
    const auto start = std::chrono::steady_clock::now();
    Evaluate(oracle_, SampleOf(0));
    slow_ = std::chrono::steady_clock::now() - start > std::chrono::milliseconds(100);
    if (slow_) { samples_.resize(kBatch); }
  }

  void CheckAnswers() {
    ChooseSamples();
    std::size_t succeeded = 0;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      const Evaluation evaluation = Evaluate(oracle_, SampleOf(i));
      evaluations_.push_back(evaluation);
      CheckFailure(evaluation);
      succeeded += evaluation.ok() ? 1 : 0;
      for (std::size_t m = 0; evaluation.ok() && m < metrics_.size(); ++m) {
        Require(std::isfinite(evaluation.metrics[m]), "oracle.evaluate",
                metrics_[m].name + " is not finite");
      }
      for (std::size_t m = 0; evaluation.ok() && m < metrics_.size(); ++m) {
        Require(!IsBetterThanOptimum(evaluation.metrics[m], metrics_[m]), "oracle.optimum",
                metrics_[m].name + " is better than its optimum");
      }
      CheckCost(evaluation);
      const Evaluation again = Evaluate(oracle_, SampleOf(i));
      Require(Agree(again, evaluation), "determinism",
              "evaluate gives another result for the same architecture and seed");
      CheckSameCost(again, evaluation, "when asked again", findings_);
    }
    Require(succeeded > 0 || SucceedsSometimes(), "oracle.evaluate", "fails for every sample");
    CheckOtherSeeds();
    const lode_status none = Api(oracle_).evaluate(oracle_.get(), nullptr, 0, nullptr);
    Require(none == LODE_OK, "oracle.evaluate", "refuses an empty batch");
  }

  // An oracle that fails at random fails for other architectures with other seeds.
  bool SucceedsSometimes() {
    for (std::uint64_t attempt = 1; attempt <= (slow_ ? 1 : kTries); ++attempt) {
      for (std::size_t i = 0; i < samples_.size(); ++i) {
        if (Evaluate(oracle_, SampleOf(i, 1000 * attempt)).ok()) { return true; }
      }
    }
    return false;
  }

  // A metric that is not noisy must be the same for every seed.
  void CheckOtherSeeds() {
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      const Evaluation other = Evaluate(oracle_, SampleOf(i, 1000));
      Require(!other.ok() || !evaluations_[i].ok() || Agree(other, evaluations_[i]), "oracle.noise",
              "a metric that is not noisy depends on the seed");
    }
  }

  void CheckBatches() {
    for (std::size_t first = 0; first + kBatch <= samples_.size(); first += kBatch) {
      std::vector<Asked> asked;
      for (std::size_t i = 0; i < kBatch; ++i) { asked.push_back(SampleOf(first + i)); }
      const auto batch = EvaluateAll(oracle_, asked);
      for (std::size_t i = 0; i < kBatch; ++i) {
        Require(Agree(batch[i], evaluations_[first + i]), "oracle.batch",
                "architecture " + std::to_string(i) + " of a batch has another result than alone");
        CheckSameCost(batch[i], evaluations_[first + i], "in a batch", findings_);
      }
    }
  }

  void CheckFidelities() {
    const std::optional<Fidelities> declared = DeclaredBy(oracle_, findings_);
    if (!declared) { return; }
    std::vector<double> served = Served(*declared);
    served.resize(std::min(served.size(), kMostFidelities));
    for (const double fidelity : served) { CheckServed(fidelity); }
    for (const double fidelity : NotServed(*declared)) { CheckRefused(fidelity); }
    Require(DeclaredBy(oracle_, findings_) == declared, "oracle.fidelities",
            "others are declared after some evaluations");
  }

  void CheckServed(double fidelity) {
    const std::string at = " at the fidelity " + std::to_string(fidelity);
    bool has_succeeded = false;
    for (std::size_t i = 0; i < (slow_ ? kBatch / 4 : kBatch); ++i) {
      Asked asked = SampleOf(i);
      asked.fidelity = fidelity;
      const Evaluation evaluation = Evaluate(oracle_, asked);
      has_succeeded = has_succeeded || evaluation.ok();
      Require(!evaluation.ok() || std::ranges::all_of(evaluation.metrics, IsFinite),
              "oracle.evaluate", "a metric is not finite" + at);
      const Evaluation again = Evaluate(oracle_, asked);
      Require(Agree(again, evaluation), "determinism",
              "evaluate gives another result for the same architecture and seed" + at);
      CheckSameCost(again, evaluation, "when asked again" + at, findings_);
    }
    Require(has_succeeded, "oracle.fidelities", "fails for every sample" + at);
  }

  void CheckRefused(double fidelity) {
    const Evaluation evaluation = Evaluate(oracle_, {&samples_[0], 0, fidelity});
    const lode_status status = evaluation.call != LODE_OK ? evaluation.call : evaluation.query;
    Require(status == LODE_E_INVALID, "oracle.fidelities",
            "the fidelity " + std::to_string(fidelity) +
                ", which is not declared, is not refused as invalid");
    CheckFailure(evaluation);
  }

  static bool IsFinite(double value) { return std::isfinite(value); }

  static bool IsBetterThanOptimum(double value, const MetricTraits& metric) {
    return metric.optimum &&
           (metric.direction == LODE_MAXIMIZE ? value > *metric.optimum : value < *metric.optimum);
  }

  bool Noisy() const { return std::ranges::any_of(metrics_, &MetricTraits::noisy); }

  void CheckInvalid() {
    for (const int fill : {0, 1, 2}) {
      const Bytes bytes(probe_.cells(), static_cast<std::uint8_t>(fill));
      if (probe_.Format(bytes)) { continue; }
      // The refusal must not be chance.
      for (std::uint64_t seed = 1; seed < 8; ++seed) {
        Require(!Evaluate(oracle_, {&bytes, seed}).ok(), "oracle.invalid_architecture",
                "measures bytes that are not an architecture");
      }
      const auto batch = EvaluateAll(oracle_, {SampleOf(0), {&bytes, 0}, SampleOf(1)});
      Require(!batch[1].ok(), "oracle.invalid_architecture",
              "measures bytes that are not an architecture");
      CheckFailure(batch[1]);
      Require(Agree(batch[0], evaluations_[0]) && Agree(batch[2], evaluations_[1]), "oracle.batch",
              "an invalid architecture in a batch changes the results of the others");
    }
  }

  void CheckInstances() {
    Subject other(case_.component, case_.setting, 99);
    if (!Bind(other)) { return; }
    for (std::size_t i = 0; i < kBatch; ++i) {
      Require(Agree(Evaluate(other, SampleOf(i)), evaluations_[i]), "determinism",
              "a second instance gives other results");
      Require(Agree(Evaluate(oracle_, SampleOf(i)), evaluations_[i]), "determinism",
              "a second instance changes the results of the first");
    }
  }

  void CheckCanonical() {
    if (!probe_.HasCanonical()) { return; }
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      const auto representative = probe_.Canonical(samples_[i]);
      if (!representative) { return; }
      // Random failures may depend on everything in the query.
      const Evaluation evaluation = Evaluate(oracle_, {&*representative, i});
      Require(Agree(evaluation, evaluations_[i]) ||
                  (Noisy() && evaluation.ok() != evaluations_[i].ok()),
              "oracle.canonical", "an architecture and its representative have different results");
    }
  }

  void CheckThreads() {
    std::array<Findings, 4> findings;
    std::vector<std::thread> threads;
    threads.reserve(findings.size());
    for (Findings& own : findings) {
      threads.emplace_back([&] {
        for (std::size_t i = 0; i < samples_.size(); ++i) {
          const Evaluation evaluation = EvaluateAll(oracle_, {SampleOf(i)}, own).front();
          own.Require(Agree(evaluation, evaluations_[i]), "oracle.threads",
                      "evaluate called from four threads at once gives other results");
          CheckSameCost(evaluation, evaluations_[i], "from four threads at once", own);
        }
      });
    }
    for (std::thread& thread : threads) { thread.join(); }
    for (const Findings& own : findings) {
      for (const Finding& finding : own.list()) { findings_.Add(finding.rule, finding.seen); }
    }
  }

  std::vector<Evaluation> evaluations_;  // to the samples, asked one by one
  bool slow_ = false;
};

}  // namespace

void CheckOracle(const Case& checked, lode_space foreign, Findings& findings) {
  OracleContract(checked, findings).Check(foreign);
}

}  // namespace lode::verify

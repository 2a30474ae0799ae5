#include "core/verify/oracle_contract.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "core/plugin/fidelities.h"
#include "core/verify/declared_fidelities.h"
#include "core/verify/guarded_input.h"
#include "core/verify/metric_list.h"
#include "core/verify/preparation.h"
#include "core/verify/space_probe.h"

namespace lode::verify {
namespace {

constexpr std::size_t kSamples = 48;
constexpr std::size_t kBatch = 16;
constexpr std::size_t kMostFidelities = 8;  // that are tried
// Attempts with other seeds before the oracle counts as always failing.
constexpr std::uint64_t kTries = 20;
// A query's cost before the oracle reports one: a number that no oracle has a reason to report.
constexpr double kNoCost = -7.25e-133;

// The outputs of one evaluation.
struct Answer {
  lode_status call = LODE_OK;
  lode_status query = LODE_OK;
  std::vector<double> metrics;
  bool untouched = false;
  double cost_seconds = 0;
  std::string fault;  // of the error, if it failed

  bool ok() const { return call == LODE_OK && query == LODE_OK; }
};

class OracleContract {
 public:
  OracleContract(const lode_component& component, const Setting& setting, lode_space space,
                 lode_space foreign, const std::filesystem::path& prepared, Findings& findings)
      : component_(component),
        setting_(setting),
        space_(space),
        foreign_(foreign),
        prepared_(prepared),
        probe_(space, space_findings_),
        oracle_(component, setting),
        findings_(findings) {}

  void Check() {
    if (!Require(oracle_.created(), "create.defaults", oracle_.error().message())) {
      return;
    }
    unbound_metrics_ = ReadMetrics();
    if (!DrawSamples()) {
      return;
    }
    Do("evaluating before bind", &OracleContract::CheckBeforeBind);
    Do("binding another space", &OracleContract::CheckForeignSpace);
    if (!Bind(oracle_)) {
      return;
    }
    Do("reading its metrics", &OracleContract::CheckMetrics);
    if (metrics_.empty()) {
      return;
    }
    Do("evaluating one by one, twice", &OracleContract::CheckAnswers);
    Do("evaluating in batches", &OracleContract::CheckBatches);
    Do("evaluating bytes that are not an architecture", &OracleContract::CheckInvalid);
    Do("evaluating with two instances", &OracleContract::CheckInstances);
    if (DeclaresFidelities(component_)) {
      Do("evaluating at the fidelities that it declares", &OracleContract::CheckFidelities);
    }
    if ((component_.capabilities & LODE_CAP_CANONICAL) != 0) {
      Do("evaluating representatives", &OracleContract::CheckCanonical);
    }
    if ((component_.capabilities & LODE_CAP_CONCURRENT) != 0) {
      Do("evaluating from four threads at once", &OracleContract::CheckThreads);
    }
  }

 private:
  void Do(const char* what, void (OracleContract::*check)()) {
    const auto doing = findings_.Do(what);
    (this->*check)();
  }
  bool Require(bool holds, std::string_view rule, const std::string& seen) {
    return findings_.Require(holds, rule, seen);
  }
  static const lode_oracle_api& Api(const Subject& oracle) { return oracle.api<lode_oracle_api>(); }

  // ---- metrics

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
    const bool vary = (component_.capabilities & LODE_CAP_METRICS_VARY) != 0;
    Require(vary || metrics_ == unbound_metrics_, "oracle.metrics", "they change with bind");
    for (const MetricTraits& metric : metrics_) {
      Require(!metric.optimum || (std::isfinite(*metric.optimum) && !metric.noisy),
              "oracle.optimum", metric.name + " is noisy, or its optimum is not finite");
    }
  }

  // ---- bind

  bool DrawSamples() {
    for (std::uint64_t seed = 0; seed < kSamples; ++seed) {
      auto sample = probe_.Sample(seed);
      if (!sample) {
        return false;
      }
      samples_.push_back(*std::move(sample));
    }
    return true;
  }

  bool Bind(Subject& oracle) {
    if (!Require(oracle.created(), "create.defaults", oracle.error().message())) {
      return false;
    }
    ErrorBuffer error;
    const lode_status status = Api(oracle).bind(oracle.get(), space_, error.get());
    if (!Require(status == LODE_OK, "oracle.bind", "refuses the space: " + error.message())) {
      return false;
    }
    const bool prepared = Prepare(oracle, prepared_, error.get()) == LODE_OK;
    return Require(prepared, "oracle.prepare", "fails: " + error.message());
  }

  void CheckBeforeBind() {
    CheckUnbound(oracle_, "before bind");
    if (DeclaresFidelities(component_)) {
      CheckUnboundFidelities(oracle_, findings_);
    }
    if (!CanPrepare(component_)) {
      return;
    }
    ErrorBuffer error;
    const lode_status status = Prepare(oracle_, prepared_, error.get());
    Require(status == LODE_E_INVALID, "oracle.before_bind",
            "prepare before bind is not refused as invalid");
  }

  void CheckUnbound(Subject& oracle, const std::string& when) {
    const Answer answer = Evaluate(oracle, SampleOf(0));
    const lode_status status = answer.call != LODE_OK ? answer.call : answer.query;
    Require(status == LODE_E_INVALID, "oracle.before_bind",
            "evaluate " + when + " is not refused as invalid");
    CheckFailure(answer);
  }

  void CheckForeignSpace() {
    Subject other(component_, setting_);
    if (!Require(other.created(), "create.defaults", other.error().message())) {
      return;
    }
    ErrorBuffer error;
    const lode_status status = Api(other).bind(other.get(), foreign_, error.get());
    if (status == LODE_OK) {
      return;
    }
    Require(status == LODE_E_UNSUPPORTED || status == LODE_E_IO, "oracle.bind",
            "refuses a space with another status than unsupported, or i/o because of its file");
    const std::string fault = error.Fault(status);
    Require(fault.empty(), "error.message", "bind: the error " + fault);
    CheckUnbound(other, "after a bind that failed");
  }

  // ---- evaluate

  // An architecture and the seed of its evaluation. The result of an oracle that fails or measures
  // at random depends on both, alone and in a batch.
  struct Asked {
    const Bytes* architecture;
    std::uint64_t seed;
    double fidelity = 1;
  };
  // Returns sample i with the seed that is used everywhere.
  Asked SampleOf(std::size_t i, std::uint64_t more = 0) const { return {&samples_[i], i + more}; }

  Answer Evaluate(Subject& oracle, Asked asked) {
    pattern_ ^= GuardedBuffer<double>::kCanary ^ GuardedBuffer<double>::kOther;
    return EvaluateAll(oracle, {asked}, findings_, pattern_).front();
  }

  // Makes one call for all, with structs of the larger size that a newer host would use.
  std::vector<Answer> EvaluateAll(Subject& oracle, const std::vector<Asked>& asked) {
    return EvaluateAll(oracle, asked, findings_);
  }
  std::vector<Answer> EvaluateAll(Subject& oracle, const std::vector<Asked>& asked,
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
    std::vector<Answer> answers;
    for (std::size_t i = 0; i < queries.size(); ++i) {
      const lode_query& q = queries[i].value;
      const std::string fault = status != LODE_OK     ? error.Fault(status)
                                : q.status != LODE_OK ? errors[i].Fault(q.status)
                                                      : "";
      answers.push_back(
          {status, q.status, metrics[i].values(), metrics[i].untouched(), q.cost_seconds, fault});
      findings.Require(metrics[i].in_bounds() && queries[i].intact(), "outputs.bounds",
                       "evaluate wrote past the metrics or the query");
      findings.Require(inputs[i].unchanged() && q.architecture == inputs[i].data() &&
                           q.seed == asked[i].seed && q.metrics == metrics[i].data() &&
                           q.fidelity == asked[i].fidelity,
                       "inputs.untouched", "evaluate changed its inputs");
    }
    return answers;
  }

  void CheckFailure(const Answer& answer) {
    if (answer.ok()) {
      return;
    }
    Require(answer.untouched, "outputs.untouched", "evaluate failed and changed the metrics");
    Require(answer.cost_seconds == kNoCost, "outputs.untouched",
            "evaluate failed and changed the cost");
    Require(answer.fault.empty(), "error.message", "evaluate: the error " + answer.fault);
  }

  // Returns whether two answers agree in all metrics that are not noisy, or both failed.
  bool Agree(const Answer& a, const Answer& b) const {
    if (a.ok() != b.ok()) {
      return false;
    }
    for (std::size_t m = 0; a.ok() && m < metrics_.size(); ++m) {
      if (!metrics_[m].noisy && a.metrics[m] != b.metrics[m]) {
        return false;
      }
    }
    return true;
  }

  void CheckCost(const Answer& answer) {
    const double cost = answer.cost_seconds;
    Require(!answer.ok() || cost == kNoCost || (std::isfinite(cost) && cost >= 0), "oracle.cost",
            "is " + std::to_string(cost) + " seconds");
  }

  // `before` is an earlier answer to the same query.
  static void CheckSameCost(const Answer& answer, const Answer& before, const std::string& when,
                            Findings& findings) {
    if (!answer.ok() || !before.ok() || std::isnan(before.cost_seconds)) {
      return;
    }
    const auto words = [](double cost) {
      return cost == kNoCost ? "none" : std::to_string(cost) + " seconds";
    };
    findings.Require(
        answer.cost_seconds == before.cost_seconds, "oracle.cost",
        "is " + words(before.cost_seconds) + ", and " + words(answer.cost_seconds) + " " + when);
  }

  // Asks a slow oracle less often.
  void ChooseSamples() {
    const auto start = std::chrono::steady_clock::now();
    Evaluate(oracle_, SampleOf(0));
    slow_ = std::chrono::steady_clock::now() - start > std::chrono::milliseconds(100);
    if (slow_) {
      samples_.resize(kBatch);
    }
  }

  void CheckAnswers() {
    ChooseSamples();
    std::size_t succeeded = 0;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      const Answer answer = Evaluate(oracle_, SampleOf(i));
      answers_.push_back(answer);
      CheckFailure(answer);
      succeeded += answer.ok() ? 1 : 0;
      for (std::size_t m = 0; answer.ok() && m < metrics_.size(); ++m) {
        Require(std::isfinite(answer.metrics[m]), "oracle.evaluate",
                metrics_[m].name + " is not finite");
      }
      for (std::size_t m = 0; answer.ok() && m < metrics_.size(); ++m) {
        Require(!IsBetterThanOptimum(answer.metrics[m], metrics_[m]), "oracle.optimum",
                metrics_[m].name + " is better than its optimum");
      }
      CheckCost(answer);
      const Answer again = Evaluate(oracle_, SampleOf(i));
      Require(Agree(again, answer), "determinism",
              "evaluate gives another result for the same architecture and seed");
      CheckSameCost(again, answer, "when asked again", findings_);
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
        if (Evaluate(oracle_, SampleOf(i, 1000 * attempt)).ok()) {
          return true;
        }
      }
    }
    return false;
  }

  // A metric that is not noisy must be the same for every seed.
  void CheckOtherSeeds() {
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      const Answer other = Evaluate(oracle_, SampleOf(i, 1000));
      Require(!other.ok() || !answers_[i].ok() || Agree(other, answers_[i]), "oracle.noise",
              "a metric that is not noisy depends on the seed");
    }
  }

  void CheckBatches() {
    for (std::size_t first = 0; first + kBatch <= samples_.size(); first += kBatch) {
      std::vector<Asked> asked;
      for (std::size_t i = 0; i < kBatch; ++i) {
        asked.push_back(SampleOf(first + i));
      }
      const auto batch = EvaluateAll(oracle_, asked);
      for (std::size_t i = 0; i < kBatch; ++i) {
        Require(Agree(batch[i], answers_[first + i]), "oracle.batch",
                "architecture " + std::to_string(i) + " of a batch has another result than alone");
        CheckSameCost(batch[i], answers_[first + i], "in a batch", findings_);
      }
    }
  }

  void CheckFidelities() {
    const std::optional<Fidelities> declared = DeclaredBy(oracle_, findings_);
    if (!declared) {
      return;
    }
    std::vector<double> served = Served(*declared);
    served.resize(std::min(served.size(), kMostFidelities));
    for (const double fidelity : served) {
      CheckServed(fidelity);
    }
    for (const double fidelity : NotServed(*declared)) {
      CheckRefused(fidelity);
    }
    Require(DeclaredBy(oracle_, findings_) == declared, "oracle.fidelities",
            "others are declared after some evaluations");
  }

  void CheckServed(double fidelity) {
    const std::string at = " at the fidelity " + std::to_string(fidelity);
    bool has_succeeded = false;
    for (std::size_t i = 0; i < (slow_ ? kBatch / 4 : kBatch); ++i) {
      Asked asked = SampleOf(i);
      asked.fidelity = fidelity;
      const Answer answer = Evaluate(oracle_, asked);
      has_succeeded = has_succeeded || answer.ok();
      Require(!answer.ok() || std::ranges::all_of(answer.metrics, IsFinite), "oracle.evaluate",
              "a metric is not finite" + at);
      const Answer again = Evaluate(oracle_, asked);
      Require(Agree(again, answer), "determinism",
              "evaluate gives another result for the same architecture and seed" + at);
      CheckSameCost(again, answer, "when asked again" + at, findings_);
    }
    Require(has_succeeded, "oracle.fidelities", "fails for every sample" + at);
  }

  void CheckRefused(double fidelity) {
    const Answer answer = Evaluate(oracle_, {&samples_[0], 0, fidelity});
    const lode_status status = answer.call != LODE_OK ? answer.call : answer.query;
    Require(status == LODE_E_INVALID, "oracle.fidelities",
            "the fidelity " + std::to_string(fidelity) +
                ", which is not declared, is not refused as invalid");
    CheckFailure(answer);
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
      if (probe_.Format(bytes)) {
        continue;
      }
      // The refusal must not be chance.
      for (std::uint64_t seed = 1; seed < 8; ++seed) {
        Require(!Evaluate(oracle_, {&bytes, seed}).ok(), "oracle.invalid_architecture",
                "measures bytes that are not an architecture");
      }
      const auto batch = EvaluateAll(oracle_, {SampleOf(0), {&bytes, 0}, SampleOf(1)});
      Require(!batch[1].ok(), "oracle.invalid_architecture",
              "measures bytes that are not an architecture");
      CheckFailure(batch[1]);
      Require(Agree(batch[0], answers_[0]) && Agree(batch[2], answers_[1]), "oracle.batch",
              "an invalid architecture in a batch changes the results of the others");
    }
  }

  void CheckInstances() {
    Subject other(component_, setting_, 99);
    if (!Bind(other)) {
      return;
    }
    for (std::size_t i = 0; i < kBatch; ++i) {
      Require(Agree(Evaluate(other, SampleOf(i)), answers_[i]), "determinism",
              "a second instance gives other results");
      Require(Agree(Evaluate(oracle_, SampleOf(i)), answers_[i]), "determinism",
              "a second instance changes the results of the first");
    }
  }

  void CheckCanonical() {
    if (!probe_.HasCanonical()) {
      return;
    }
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      const auto representative = probe_.Canonical(samples_[i]);
      if (!representative) {
        return;
      }
      // Random failures may depend on everything in the query.
      const Answer answer = Evaluate(oracle_, {&*representative, i});
      Require(Agree(answer, answers_[i]) || (Noisy() && answer.ok() != answers_[i].ok()),
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
          const Answer answer = EvaluateAll(oracle_, {SampleOf(i)}, own).front();
          own.Require(Agree(answer, answers_[i]), "oracle.threads",
                      "evaluate called from four threads at once gives other results");
          CheckSameCost(answer, answers_[i], "from four threads at once", own);
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    for (const Findings& own : findings) {
      for (const Finding& finding : own.list()) {
        findings_.Add(finding.rule, finding.seen);
      }
    }
  }

  const lode_component& component_;
  const Setting& setting_;
  lode_space space_;
  lode_space foreign_;
  const std::filesystem::path& prepared_;
  Findings space_findings_;  // of the space, not of this component
  SpaceProbe probe_;
  Subject oracle_;
  Findings& findings_;

  std::vector<MetricTraits> unbound_metrics_, metrics_;
  std::vector<Bytes> samples_;
  std::vector<Answer> answers_;  // to the samples, asked one by one
  bool slow_ = false;
  // The pattern in the metrics before a call; each single evaluation finds another one than the
  // last.
  std::uint8_t pattern_ = GuardedBuffer<double>::kCanary;
};

}  // namespace

void CheckOracle(const lode_component& component, const Setting& setting, lode_space space,
                 lode_space foreign, const std::filesystem::path& prepared, Findings& findings) {
  OracleContract(component, setting, space, foreign, prepared, findings).Check();
}

}  // namespace lode::verify

#include "core/verify/relaxed_contract.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <lode/plugin.hpp>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/verify/contract.h"
#include "core/verify/guarded_input.h"
#include "core/verify/state_contract.h"
#include "core/verify/test_host.h"

namespace lode::verify {
namespace {

using Mixture = std::vector<double>;

// The results of a call.
struct Measured {
  lode_status status = LODE_OK;
  double loss = 0, accuracy = 0;
  std::vector<double> gradient{};

  bool operator==(const Measured&) const = default;
};

constexpr double kStep = 0x1p-7;        // of finite differences
constexpr double kTolerance = 0.02;     // of the sum of the gradient's magnitudes
constexpr double kLossRounding = 2e-6;  // of a loss in 32-bit arithmetic

class RelaxedContract : public Contract {
 public:
  RelaxedContract(const Case& checked, Findings& findings)
      : Contract(findings),
        case_(checked),
        api_(*static_cast<const lode_oracle_api*>(checked.component.api)),
        space_(checked.space),
        oracle_(checked.component, checked.setting) {}

  void Check() {
    const bool has_table = Has(api_, &lode_oracle_api::relaxed);
    const bool declares = (case_.component.capabilities & LODE_CAP_RELAXED) != 0;
    Require(has_table ? declares && CanSave(case_.component) && HasAllFunctions() : !declares,
            "relaxed.table", "it lacks the capability, save and load, or a function");
    if (!has_table || !HasAllFunctions() || !CanSave(case_.component) || !Bind(oracle_)) { return; }
    Do("describing its network", &RelaxedContract::CheckInfo);
    Do("calling its network wrongly", &RelaxedContract::CheckRefused);
    if (!Restart(oracle_, 1)) { return; }
    Do("measuring twice", &RelaxedContract::CheckBatches);
    Do("comparing gradients with differences", &RelaxedContract::CheckGradients);
    Do("comparing gradients at 0", &RelaxedContract::CheckAbsent);
    if (Offers(LODE_RELAXED_UNROLLED)) {
      Do("comparing unrolled gradients", &RelaxedContract::CheckUnrolled);
    }
    Do("restarting", &RelaxedContract::CheckRestarts);
    Do("saving and loading its network", &RelaxedContract::CheckLoaded);
  }

 private:
  bool HasAllFunctions() const {
    const lode_relaxed_api& table = *api_.relaxed;
    return Has(table, &lode_relaxed_api::describe) && Has(table, &lode_relaxed_api::restart) &&
           Has(table, &lode_relaxed_api::step) && Has(table, &lode_relaxed_api::measure);
  }

  bool Bind(Subject& subject) {
    return Require(subject.created() && api_.bind(subject.get(), case_.space, nullptr) == LODE_OK,
                   "oracle.bind", "refuses the space the second time");
  }

  bool Restart(Subject& subject, std::uint64_t seed) {
    Newer<lode_relaxed_start> start(lode_relaxed_start{0, 0, seed, nullptr, 0});
    ErrorBuffer error;
    findings_.Beat();
    const lode_status status = api_.relaxed->restart(subject.get(), &start.value, error.get());
    return Require(status == LODE_OK, "relaxed.restart", "fails: " + error.message());
  }

  lode_relaxed_info Describe() {
    Newer<lode_relaxed_info> info;
    Require(api_.relaxed->describe(oracle_.get(), &info.value, nullptr) == LODE_OK, "relaxed.info",
            "describe fails");
    Require(info.intact(), "outputs.bounds", "describe wrote past its struct");
    return info.value;
  }
  bool Offers(lode_relaxed_feature feature) { return (Describe().features & feature) != 0; }

  static bool SameInfo(const lode_relaxed_info& a, const lode_relaxed_info& b) {
    return a.features == b.features && a.training_batches == b.training_batches &&
           a.validation_batches == b.validation_batches;
  }

  // ---- calls

  using Function = lode_status (*)(lode_instance*, lode_relaxed_batch*, lode_error*);

  static lode_relaxed_batch Training(std::uint64_t number) {
    lode_relaxed_batch batch{};
    batch.split = LODE_SPLIT_TRAIN;
    batch.number = number;
    return batch;
  }
  static lode_relaxed_batch Validation(std::uint64_t number) {
    lode_relaxed_batch batch = Training(number);
    batch.split = LODE_SPLIT_VALIDATION;
    return batch;
  }
  static lode_relaxed_batch Unrolled(std::uint64_t number) {
    lode_relaxed_batch batch = Validation(number);
    batch.unrolled = 1;
    batch.rate = 0.05;
    return batch;
  }

  Measured Call(Subject& subject, Function function, const lode_relaxed_batch& what,
                const Mixture& mixture, bool wants_gradient = true) {
    InputPage page;
    const GuardedInput<double> input(page, mixture.data(), mixture.size());
    GuardedBuffer<double> gradient(mixture.size());
    Newer<lode_relaxed_batch> batch(what);
    batch.value.mixture = input.data();
    batch.value.gradient = wants_gradient ? gradient.data() : nullptr;
    ErrorBuffer error;
    findings_.Beat();
    const lode_status status = function(subject.get(), &batch.value, error.get());
    Require(gradient.in_bounds() && batch.intact(), "outputs.bounds",
            "a call of the network wrote past its outputs");
    Require(input.unchanged(), "inputs.untouched", "a call of the network changed the mixture");
    if (status != LODE_OK) {
      Require(gradient.untouched() && batch.value.loss == 0, "outputs.untouched",
              "a call of the network failed and changed its outputs");
      const std::string fault = error.Fault(status);
      Require(fault.empty(), "error.message", "the network: the error " + fault);
      return {status};
    }
    return {status, batch.value.loss, batch.value.accuracy,
            wants_gradient ? gradient.values() : Mixture()};
  }
  Measured Measure(const lode_relaxed_batch& what, const Mixture& mixture,
                   bool wants_gradient = true) {
    return Call(oracle_, api_.relaxed->measure, what, mixture, wants_gradient);
  }
  Measured Step(Subject& subject, std::uint64_t number) {
    return Call(subject, api_.relaxed->step, Training(number), Dense());
  }

  // ---- mixtures

  // Positive weights that add up to 1 in each row, all different.
  Mixture Dense() const {
    return Weights([](std::size_t) { return true; });
  }
  // One or two operations in each row.
  Mixture Sparse() const {
    return Weights([row = std::size_t{0}](std::size_t column) mutable {
      row += column == 0 ? 1 : 0;
      return column == row % 2 || (row % 3 == 0 && column == 2);
    });
  }
  template <class Has>
  Mixture Weights(Has&& has) const {
    Mixture mixture;
    for (const Matrix& matrix : space_.matrices()) {
      for (std::size_t row = 0; row < matrix.rows(); ++row) {
        Mixture weights;
        for (std::size_t column = 0; column < matrix.columns(); ++column) {
          const double weight = 1 + 0.25 * static_cast<double>((3 * row + 5 * column) % 7);
          weights.push_back(has(column) || matrix.columns() == 1 ? weight : 0);
        }
        const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
        for (const double weight : weights) { mixture.push_back(weight / sum); }
      }
    }
    return mixture;
  }

  // ---- checks

  void CheckInfo() {
    const lode_relaxed_info info = Describe();
    Require(info.training_batches > 0 && info.validation_batches > 0, "relaxed.info",
            "a split has no batch");
  }

  void CheckRefused() {
    RequireStatus(Measure(Training(0), Dense()), LODE_E_INVALID, "measure before restart");
    RequireStatus(Step(oracle_, 0), LODE_E_INVALID, "step before restart");
    if (!Restart(oracle_, 1)) { return; }
    lode_relaxed_batch test = Training(0);
    test.split = LODE_SPLIT_TEST;
    RequireStatus(Measure(test, Dense()), LODE_E_INVALID, "measuring the test split");
    RequireStatus(Call(oracle_, api_.relaxed->step, Validation(0), Dense()), LODE_E_INVALID,
                  "a step on validation");
    Mixture infinite = Dense();
    infinite.back() = std::numeric_limits<double>::infinity();
    RequireStatus(Measure(Training(0), infinite), LODE_E_INVALID, "an infinite mixture");
    for (const auto& [feature, batch] : Featured()) {
      if (!Offers(feature)) {
        RequireStatus(Measure(batch, Sparse()), LODE_E_UNSUPPORTED, "a feature that it lacks");
      }
    }
  }
  static std::vector<std::pair<lode_relaxed_feature, lode_relaxed_batch>> Featured() {
    lode_relaxed_batch exact = Training(0), sum = Training(0);
    exact.absent = LODE_ABSENT_EXACT;
    sum.absent = LODE_ABSENT_OUTPUT_SUM;
    return {{LODE_RELAXED_UNROLLED, Unrolled(0)},
            {LODE_RELAXED_ABSENT, exact},
            {LODE_RELAXED_OUTPUT_SUM, sum}};
  }
  void RequireStatus(const Measured& measured, lode_status expected, const std::string& what) {
    Require(measured.status == expected, "relaxed.refused",
            what + " has status " + std::to_string(measured.status) + ", expected " +
                std::to_string(expected));
  }

  void CheckBatches() {
    const lode_relaxed_info info = Describe();
    const Measured training = Measure(Training(0), Dense());
    const Measured validation = Measure(Validation(0), Dense());
    RequireGood(training);
    RequireGood(validation);
    Require(Measure(Validation(0), Sparse()).status == LODE_OK, "relaxed.batch",
            "a sparse mixture is refused");
    Require(
        Measure(Training(0), Dense()) == training && Measure(Validation(0), Dense()) == validation,
        "relaxed.batch", "measuring again gives another result");
    const Measured stepped = Step(oracle_, 0);
    RequireGood(stepped);
    Require(std::abs(stepped.loss - training.loss) <= kLossRounding * (1 + training.loss),
            "relaxed.batch", "a step reports another loss than measure before it");
    Require(Measure(Training(0), Dense()).loss != training.loss, "relaxed.batch",
            "a step changes nothing");
    Require(SameInfo(Describe(), info), "relaxed.info", "it changes with a step");
  }
  void RequireGood(const Measured& m) {
    Require(m.status == LODE_OK, "relaxed.batch", "a batch of an epoch is refused");
    Require(std::isfinite(m.loss) && m.accuracy >= 0 && m.accuracy <= 1, "relaxed.batch",
            "the loss is not finite, or the accuracy not in [0, 1]");
  }

  void CheckGradients() {
    for (const auto& batch : {Training(1), Validation(0)}) {
      for (const Mixture& mixture : {Dense(), Sparse()}) {
        CheckDifferences(batch, mixture, Support(mixture), "relaxed.gradient");
      }
    }
  }

  void CheckAbsent() {
    const Mixture mixture = Sparse();
    const Measured plain = Measure(Training(0), mixture);
    if (plain.status != LODE_OK) { return; }
    for (std::size_t c = 0; c < mixture.size(); ++c) {
      Require(mixture[c] != 0 || plain.gradient[c] == 0, "relaxed.absent",
              "a gradient that was not requested is not 0");
    }
    for (const auto& [feature, batch] : Featured()) {
      if (feature == LODE_RELAXED_UNROLLED || !Offers(feature)) { continue; }
      const Measured measured = Measure(batch, mixture);
      Require(IsFinite(measured) && SameAt(mixture, measured, plain), "relaxed.absent",
              "the gradient at 0 is not finite, or changes the others");
      if (feature == LODE_RELAXED_ABSENT) {
        CheckDifferences(batch, mixture, Mixture(mixture.size(), 1), "relaxed.absent");
      }
    }
  }
  static bool IsFinite(const Measured& m) {
    return m.status == LODE_OK &&
           std::ranges::all_of(m.gradient, [](double g) { return std::isfinite(g); });
  }
  // Returns whether the gradients agree, up to rounding, where the mixture is not 0.
  static bool SameAt(const Mixture& mixture, const Measured& a, const Measured& b) {
    const double scale = Magnitude(b.gradient);
    for (std::size_t c = 0; c < mixture.size(); ++c) {
      if (mixture[c] != 0 && std::abs(a.gradient[c] - b.gradient[c]) > 1e-3 * scale) {
        return false;
      }
    }
    return true;
  }

  void CheckUnrolled() {
    for (const Mixture& mixture : {Dense(), Sparse()}) {
      CheckDifferences(Unrolled(0), mixture, Support(mixture), "relaxed.unrolled");
    }
  }

  // Compares the gradient with differences of the loss in directions along `cells`.
  void CheckDifferences(const lode_relaxed_batch& batch, const Mixture& mixture,
                        const Mixture& cells, const char* rule) {
    const Measured at = Measure(batch, mixture);
    if (!Require(IsFinite(at), rule, "there is no finite gradient")) { return; }
    std::uint64_t bits = 0x9d2c5680b5297a4d;
    for (int direction = 0; direction < 4; ++direction) {
      Mixture ahead = mixture, behind = mixture;
      double along = 0;
      for (std::size_t c = 0; c < mixture.size(); ++c) {
        bits = bits * 6364136223846793005 + 1442695040888963407;
        const double sign = cells[c] * ((bits >> 40 & 1) != 0 ? 1 : -1);
        along += sign * at.gradient[c];
        ahead[c] += kStep * sign;
        behind[c] -= kStep * sign;
      }
      const double loss_ahead = Measure(batch, ahead, false).loss;
      const double difference = (loss_ahead - Measure(batch, behind, false).loss) / (2 * kStep);
      const double rounding = kLossRounding * (1 + std::abs(loss_ahead)) / kStep;
      Require(std::abs(difference - along) <= kTolerance * Magnitude(at.gradient) + rounding, rule,
              "along some direction it is " + std::to_string(along) + ", differences of the loss " +
                  std::to_string(difference));
    }
  }
  static Mixture Support(const Mixture& mixture) {
    Mixture support;
    for (const double weight : mixture) { support.push_back(weight != 0 ? 1 : 0); }
    return support;
  }
  static double Magnitude(const std::vector<double>& gradient) {
    double sum = 0;
    for (const double g : gradient) { sum += std::abs(g); }
    return sum;
  }

  void CheckRestarts() {
    if (!Restart(oracle_, 7)) { return; }
    const Measured first = Measure(Training(1), Dense());
    Step(oracle_, 0);
    if (!Restart(oracle_, 8)) { return; }
    Require(Measure(Training(1), Dense()).loss != first.loss, "relaxed.restart",
            "another seed makes the same network");
    if (!Restart(oracle_, 7)) { return; }
    Require(Measure(Training(1), Dense()) == first, "relaxed.restart",
            "the same seed makes another network");
  }

  void CheckLoaded() {
    Subject loaded(case_.component, case_.setting);
    if (!Bind(loaded)) { return; }
    for (std::uint64_t number = 0; number < 2; ++number) { Step(oracle_, number); }
    const auto saved = SaveState(oracle_, findings_);
    Require(saved && LoadState(loaded, *saved, findings_) == LODE_OK, "relaxed.state",
            "the network cannot be saved and loaded");
    for (std::uint64_t number = 2; number < 4; ++number) {
      Require(Step(loaded, number) == Step(oracle_, number), "relaxed.state",
              "the loaded network steps in another way");
    }
    Require(Call(loaded, api_.relaxed->measure, Validation(0), Dense()) ==
                Measure(Validation(0), Dense()),
            "relaxed.state", "the loaded network measures something else");
  }

  const Case& case_;
  const lode_oracle_api& api_;
  const Space space_;
  Subject oracle_;
};

}  // namespace

void CheckRelaxed(const Case& checked, Findings& findings) {
  RelaxedContract(checked, findings).Check();
}

}  // namespace lode::verify

#include "core/verify/relaxed_contract.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <lode/plugin.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/verify/relaxed_calls.h"
#include "core/verify/state_contract.h"

namespace lode::verify {
namespace {

class RelaxedContract : public RelaxedCalls {
 public:
  using RelaxedCalls::RelaxedCalls;

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
    Require(Step(oracle_, 1, false).status == LODE_OK, "relaxed.batch",
            "a step without a gradient is refused");
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
      const bool wants_gradient = number == 2;
      Require(Step(loaded, number, wants_gradient) == Step(oracle_, number, wants_gradient),
              "relaxed.state", "the loaded network steps in another way");
    }
    Require(Call(loaded, api_.relaxed->measure, Validation(0), Dense()) ==
                Measure(Validation(0), Dense()),
            "relaxed.state", "the loaded network measures something else");
  }
};

}  // namespace

void CheckRelaxed(const Case& checked, Findings& findings) {
  RelaxedContract(checked, findings).Check();
}

}  // namespace lode::verify

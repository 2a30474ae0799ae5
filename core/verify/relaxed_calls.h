// Calls of an oracle's relaxed network whose outputs are checked, and differences of its losses.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <lode/plugin.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "core/verify/case.h"
#include "core/verify/contract.h"
#include "core/verify/guarded_input.h"
#include "core/verify/test_host.h"

namespace lode::verify {

using Mixture = std::vector<double>;

// The results of a call.
struct Measured {
  lode_status status = LODE_OK;
  double loss = 0, accuracy = 0;
  std::vector<double> gradient{};

  bool operator==(const Measured&) const = default;
};

class RelaxedCalls : public Contract {
 public:
  RelaxedCalls(const Case& checked, Findings& findings)
      : Contract(findings),
        case_(checked),
        api_(*static_cast<const lode_oracle_api*>(checked.component.api)),
        space_(checked.space),
        oracle_(checked.component, checked.setting) {}

 protected:
  // Of finite differences: long ones where rounding is large, short ones where the loss bends.
  static constexpr std::array kSteps = {0x1p-7, 0x1p-11, 0x1p-14};
  static constexpr double kTolerance = 0.02;     // of the sum of the gradient's magnitudes
  static constexpr double kLossRounding = 2e-6;  // of two losses in 32-bit arithmetic

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
  Measured Step(Subject& subject, std::uint64_t number, bool wants_gradient = true) {
    return Call(subject, api_.relaxed->step, Training(number), Dense(), wants_gradient);
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

  // ---- gradients

  static bool IsFinite(const Measured& m) {
    return m.status == LODE_OK &&
           std::ranges::all_of(m.gradient, [](double g) { return std::isfinite(g); });
  }
  // Compares the gradient with differences of the loss in directions along `cells`. The more the
  // differences of several steps vary, the less they say: a network with ReLU is not smooth, and
  // its loss after a virtual step even jumps.
  void CheckDifferences(const lode_relaxed_batch& batch, const Mixture& mixture,
                        const Mixture& cells, const char* rule) {
    const Measured at = Measure(batch, mixture);
    if (!Require(IsFinite(at), rule, "there is no finite gradient")) { return; }
    std::uint64_t bits = 0x9d2c5680b5297a4d;
    for (int direction = 0; direction < 4; ++direction) {
      Mixture signs = cells;
      for (double& sign : signs) {
        bits = bits * 6364136223846793005 + 1442695040888963407;
        sign *= (bits >> 40 & 1) != 0 ? 1 : -1;
      }
      const double along = std::inner_product(signs.begin(), signs.end(), at.gradient.begin(), 0.0);
      std::vector<double> differences;
      const bool agrees = std::ranges::any_of(kSteps, [&](double step) {
        differences.push_back(DifferenceAlong(batch, mixture, signs, step));
        const auto [least, most] = std::ranges::minmax(differences);
        const double rounding = kLossRounding * (1 + std::abs(at.loss)) / (4 * step);
        return std::abs(differences.back() - along) <=
               kTolerance * Magnitude(at.gradient) + rounding + 2 * (most - least);
      });
      Require(agrees, rule,
              "along some direction it is " + std::to_string(along) + ", differences of the loss " +
                  std::to_string(differences.back()));
    }
  }
  double DifferenceAlong(const lode_relaxed_batch& batch, const Mixture& mixture,
                         const Mixture& signs, double step) {
    Mixture ahead = mixture, behind = mixture;
    for (std::size_t c = 0; c < mixture.size(); ++c) {
      ahead[c] += step * signs[c];
      behind[c] -= step * signs[c];
    }
    const double loss = Measure(batch, ahead, false).loss;
    return (loss - Measure(batch, behind, false).loss) / (2 * step);
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

  const Case& case_;
  const lode_oracle_api& api_;
  const Space space_;
  Subject oracle_;
};

}  // namespace lode::verify

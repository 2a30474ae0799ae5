#include "core/verify/exploration_contract.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <lode/plugin.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/verify/contract.h"
#include "core/verify/state_contract.h"

namespace lode::verify {
namespace {

constexpr std::uint64_t kExploredSteps = 500;

class ExplorationContract : public Contract {
 public:
  ExplorationContract(const lode_component& component, const Setting& setting, Findings& findings)
      : Contract(findings), component_(component), setting_(setting) {}

  void Check() {
    const Subject subject(component_, setting_);
    if (!Require(subject.created(), "create.defaults", subject.error().message())) { return; }
    const auto& api = subject.api<lode_exploration_api>();
    can_explore_ = Has(api, &lode_exploration_api::explore);
    can_perturb_ = Has(api, &lode_exploration_api::perturb);
    Do("running 500 steps side by side", [this] { CheckSteps(TestHost::Slots::kAll); });
    Do("the same on a host that offers only random numbers",
       [this] { CheckSteps(TestHost::Slots::kRandomOnly); });
    if (can_perturb_) {
      Do("perturbing extreme actions", [this] { CheckPerturb(); });
    }
    Do("a step on a host without random numbers", [this] { CheckWithoutRandom(); });
    if (CanSave(component_)) { CheckState(component_, AsUsage(), findings_); }
  }

 private:
  std::optional<std::uint8_t> Explore(Subject& subject, std::uint64_t step) {
    constexpr std::uint8_t kCanary = 0xA5;
    std::uint8_t out = kCanary;
    ErrorBuffer error;
    subject.host().Enter(step, Phase::kExplore);
    const lode_status status = subject.api<lode_exploration_api>().explore(
        subject.get(), step, reinterpret_cast<bool*>(&out), error.get());
    if (status == LODE_OK) { return out; }
    Require(out == kCanary, "outputs.untouched", "explore failed and changed its output");
    CheckError("explore", error, status);
    return std::nullopt;
  }

  std::optional<std::vector<float>> Perturb(Subject& subject, std::uint64_t step,
                                            const std::vector<float>& action) {
    GuardedBuffer<float> buffer(action.size());
    std::ranges::copy(action, buffer.data());
    ErrorBuffer error;
    subject.host().Enter(step, Phase::kPerturb);
    const lode_status status = subject.api<lode_exploration_api>().perturb(
        subject.get(), step, buffer.data(), static_cast<std::uint32_t>(action.size()), error.get());
    Require(buffer.in_bounds(), "outputs.bounds", "perturb wrote past the action");
    if (status == LODE_OK) { return buffer.values(); }
    Require(SameBits(buffer.values(), action), "outputs.untouched",
            "perturb failed and changed the action");
    CheckError("perturb", error, status);
    return std::nullopt;
  }

  void CheckError(const char* function, const ErrorBuffer& error, lode_status status) {
    const std::string fault = error.Fault(status);
    Require(fault.empty(), "error.message", std::string(function) + ": the error " + fault);
  }

  // Runs two instances side by side, step by step, and a third one alone.
  void CheckSteps(TestHost::Slots slots) {
    Subject one(component_, setting_, 7, slots);
    Subject two(component_, setting_, 7, slots);
    Subject alone(component_, setting_, 7, slots);
    if (!one.created() || !two.created() || !alone.created()) { return; }
    std::vector<std::uint8_t> explored;
    for (std::uint64_t step = 0; step < kExploredSteps; ++step) {
      if (can_explore_) { explored.push_back(CheckExplore(one, two, step)); }
      if (can_perturb_) { CheckSamePerturbation(one, two, step); }
    }
    for (std::uint64_t step = 0; can_explore_ && step < kExploredSteps; ++step) {
      Require(Explore(alone, step) == explored[step], "determinism",
              "explore gives another result next to a second instance");
    }
  }

  std::uint8_t CheckExplore(Subject& one, Subject& two, std::uint64_t step) {
    const auto a = Explore(one, step);
    const auto b = Explore(two, step);
    if (!Require(a && b, "exploration.explore", "fails at step " + std::to_string(step))) {
      return 0;
    }
    Require(*a <= 1, "exploration.explore", "gives a byte that is not a bool");
    Require(a == b, "determinism", "explore gives another result for the same random numbers");
    return *a;
  }

  void CheckSamePerturbation(Subject& one, Subject& two, std::uint64_t step) {
    const std::vector<float> action(30, 0.5f);
    const auto a = Perturb(one, step, action);
    const auto b = Perturb(two, step, action);
    if (!Require(a && b, "exploration.perturb", "fails at step " + std::to_string(step))) {
      return;
    }
    Require(SameBits(*a, *b), "determinism",
            "perturb gives another result for the same random numbers");
  }

  void CheckPerturb() {
    Subject subject(component_, setting_);
    if (!subject.created()) { return; }
    constexpr float kLargest = std::numeric_limits<float>::max();
    constexpr float kDenormal = std::numeric_limits<float>::denorm_min();
    for (const float fill : {0.0f, -0.0f, 1.0f, -1.0f, kLargest, -kLargest, kDenormal}) {
      for (std::uint64_t step = 0; step < 20; ++step) {
        const auto result = Perturb(subject, step, std::vector<float>(98, fill));
        if (!Require(result.has_value(), "exploration.perturb", "refuses a finite action")) {
          return;
        }
        Require(std::ranges::all_of(*result, [](float cell) { return std::isfinite(cell); }),
                "exploration.finite", "makes a finite action infinite or NaN");
      }
    }
    Require(Perturb(subject, 0, {}).has_value(), "exploration.perturb",
            "refuses an action of no cells");
  }

  // On a host without random numbers, there must be an answer or an error, and nothing worse.
  void CheckWithoutRandom() {
    Subject subject(component_, setting_, 1, TestHost::Slots::kNone);
    if (!subject.created()) { return; }
    if (can_explore_) { Explore(subject, 0); }
    if (can_perturb_) { Perturb(subject, 0, std::vector<float>(6, 0.5f)); }
    Require(!subject.host().trespassed(), "create.host",
            "uses host functions that lie beyond the host's struct_size");
  }

  Usage AsUsage() {
    return {[this] {
              auto subject = std::make_unique<Subject>(component_, setting_);
              return subject->created() ? std::move(subject) : nullptr;
            },
            [this](Subject& subject, std::uint64_t step) {
              std::string seen;
              if (can_explore_) { seen += Explore(subject, step) == 1 ? "random" : "asked"; }
              if (!can_perturb_) { return seen; }
              for (const float cell : Perturb(subject, step, std::vector<float>(30, 0.5f))
                                          .value_or(std::vector<float>{})) {
                seen += ' ' + std::to_string(cell);
              }
              return seen;
            }};
  }

  const lode_component& component_;
  const Setting& setting_;
  bool can_explore_ = false;
  bool can_perturb_ = false;
};

}  // namespace

void CheckExploration(const lode_component& component, const Setting& setting, Findings& findings) {
  ExplorationContract(component, setting, findings).Check();
}

}  // namespace lode::verify

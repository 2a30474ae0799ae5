#include <optional>
#include <string>
#include <vector>

#include "core/verify/optimizer_check.h"
#include "core/verify/optimizer_parts.h"

namespace lode::verify {
namespace {

constexpr std::uint64_t kManyKnown = 200;

class TellingContract : public OptimizerCheck {
 public:
  using OptimizerCheck::OptimizerCheck;

  void Check() {
    Do("telling trials it did not ask for", &TellingContract::CheckUninvited);
    Do("telling known trials", &TellingContract::CheckKnown);
    Do("rejecting proposals", &TellingContract::CheckRejections);
    Do("telling several goals", &TellingContract::CheckSeveralGoals);
    Do("telling several trials in one call", &TellingContract::CheckBatch);
  }

 private:
  // Tells trials that it did not ask for, including failed ones: before the first ask, and between
  // rounds.
  void CheckUninvited() {
    Subject subject(component_, setting_);
    if (!Bind(subject)) { return; }
    Require(TellAll(subject, {}) == LODE_OK, "optimizer.tell", "refuses an empty list of trials");
    for (std::uint64_t step = 0; step < 3 * kFewRounds; ++step) {
      if (step % 3 == 2) {
        if (!Round(subject, step)) { return; }
        continue;
      }
      const auto told = Explored(step);
      if (!told) { return; }
      Tell(subject, step % 6 == 1 ? Failed(told->proposal, step) : *told);
    }
  }

  // Tells many known trials, all of step 0 and without actions, then searches.
  void CheckKnown() {
    Subject subject(component_, setting_);
    if (!Bind(subject)) { return; }
    for (std::uint64_t i = 0; i < kManyKnown; ++i) {
      auto known = Explored(i);
      if (!known) { return; }
      known->proposal.action.clear();
      known->step = 0;
      known->attempt = i;
      known->flags |= LODE_TRIAL_KNOWN;
      Require(TellAll(subject, {*known}) == LODE_OK, "optimizer.known",
              "refuses known trial " + std::to_string(i + 1));
    }
    for (std::uint64_t step = 0; step < kFewRounds; ++step) {
      if (!Round(subject, step)) { return; }
    }
  }

  // First two of three proposals are rejected and asked for again in the same step, then all are.
  void CheckRejections() {
    for (const int rejections : {2, 20}) {
      Subject subject(component_, setting_);
      if (!Bind(subject)) { return; }
      for (std::uint64_t step = 0; step < kFewRounds; ++step) {
        for (int i = 0; i < rejections; ++i) {
          const auto proposal = Ask(subject, step);
          if (!proposal) { return; }
          Tell(subject, {*proposal, step, kRejected, core::kNaN});
        }
        if (rejections == 2 && !Round(subject, step)) { return; }
      }
    }
  }

  // Tells three objectives, and limits that some trials break.
  void CheckSeveralGoals() {
    Subject subject(component_, setting_);
    if (!Bind(subject)) { return; }
    for (std::uint64_t step = 0; step < Rounds(); ++step) {
      const auto proposal = Ask(subject, step);
      if (!proposal) { return; }
      const double reward = RewardOf(proposal->architecture);
      const double objectives[] = {reward, -reward * reward, 0.5};
      const Told told{*proposal, step, 0, reward};
      lode_trial trial = AsTrial(told, reward);
      trial.objectives = objectives;
      trial.objective_count = 3;
      trial.violation = reward > 0.5 ? reward - 0.5 : 0;
      subject.host().Enter(step, Phase::kTell);
      Require(Api(subject).tell(subject.get(), &trial, 1, nullptr) == LODE_OK, "optimizer.tell",
              "refuses a trial with three objectives");
    }
  }

  // Several trials in one call must have the same effect as telling them in order, one by one.
  void CheckBatch() {
    CheckBatchOf(1);
    if (RunsAhead()) { CheckBatchOf(4); }
  }

  // Tells two trials that it did not ask for, then `asks` that it did ask for.
  void CheckBatchOf(std::uint64_t asks) {
    Subject together(component_, setting_);
    Subject one_by_one(component_, setting_);
    if (!Bind(together) || !Bind(one_by_one)) { return; }
    for (std::uint64_t step = 0; step < 3 * kFewRounds; step += 2 + asks) {
      const auto first = Explored(step);
      const auto second = Explored(step + 1);
      if (!first || !second) { return; }
      std::vector<Told> list = {*first, *second};
      for (std::uint64_t i = step + 2; i < step + 2 + asks; ++i) {
        const auto a = Ask(together, i);
        const auto b = Ask(one_by_one, i);
        if (!a || !b) { return; }
        Require(*a == *b, "optimizer.batch",
                "trials told in one call have another effect than one by one");
        list.push_back(Evaluated(*a, i));
      }
      Require(TellAll(together, list) == LODE_OK, "optimizer.batch", "is refused");
      // The host's random numbers restart with the call, here with those of the last trial.
      TellContinued(one_by_one, list);
    }
  }

  void TellContinued(Subject& subject, const std::vector<Told>& list) {
    subject.host().Enter(list.back().step, Phase::kTell);
    for (const Told& t : list) {
      const lode_trial trial = AsTrial(t, t.reward);
      Require(Api(subject).tell(subject.get(), &trial, 1, nullptr) == LODE_OK, "optimizer.tell",
              "fails without a lode_error");
    }
  }
};

}  // namespace

void CheckTelling(const lode_component& component, const Setting& setting, lode_space space,
                  Findings& findings) {
  TellingContract(component, setting, space, findings).Check();
}

}  // namespace lode::verify

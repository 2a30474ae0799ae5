// What the parts of the contract of optimizers share: calls whose outputs are checked.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/verify/contract.h"
#include "core/verify/lent_network.h"
#include "core/verify/space_probe.h"
#include "core/verify/told_trials.h"

namespace lode::verify {

constexpr std::uint64_t kFewRounds = 40;

class OptimizerCheck : public Contract {
 public:
  // REQUIRES: all outlive *this.
  OptimizerCheck(const lode_component& component, const Setting& setting, lode_space space,
                 Findings& findings)
      : Contract(findings),
        component_(component),
        setting_(setting),
        space_(space),
        probe_(space, space_findings_) {}

 protected:
  std::uint64_t Rounds() const;  // fewer in a large space
  bool IsLarge() const;
  bool RunsAhead() const { return (component_.capabilities & LODE_CAP_SEVERAL_ASKS) != 0; }
  static const lode_optimizer_api& Api(const Subject& s) { return s.api<lode_optimizer_api>(); }

  bool CheckError(const char* function, const ErrorBuffer& error, lode_status status);

  // Returns whether the subject was created and bound to the space, and connected to a network of
  // its own if it trains one. `network`: out.
  bool Bind(Subject& subject, LentNetwork** network = nullptr);

  lode_status AskInto(Subject& subject, std::uint64_t step, std::optional<Proposal>& out,
                      std::uint64_t attempt = 0);
  std::optional<Proposal> Ask(Subject& subject, std::uint64_t step);

  // Tells all trials in one call, with structs of the larger size that a newer host would use.
  lode_status TellAll(Subject& subject, const std::vector<Told>& list);
  void Tell(Subject& subject, const Told& trial);

  // Asks and tells once. Returns whether there was a proposal.
  bool Round(Subject& subject, std::uint64_t step);

  // Returns a reward in (0, 1) that differs between architectures and rises with the number of
  // decisions with late values, so that there is something to climb.
  static double RewardOf(const Bytes& architecture);
  static Told Evaluated(Proposal proposal, std::uint64_t step);
  static Told Failed(Proposal proposal, std::uint64_t step);
  // Returns a trial with a random action by exploration.
  std::optional<Told> Explored(std::uint64_t step);

  const lode_component& component_;
  const Setting& setting_;
  lode_space space_;
  Findings space_findings_;  // of the space, not of this component
  SpaceProbe probe_;
  bool asks_if_exhausted_ = true;
  Fidelities offered_;  // to the instance that is asked

 private:
  void CheckExhausted(const Subject& subject);
  std::optional<Proposal> Judge(const lode_proposal& proposal, std::vector<float> action,
                                Bytes architecture);

  std::deque<ToldTrial::Pages> pages_;  // memory for the trials that are told
};

}  // namespace lode::verify

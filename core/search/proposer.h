// Proposes what a step evaluates.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/plugin/random.h"
#include "core/search/components.h"
#include "core/search/run.h"

namespace lode::core {

// An architecture to evaluate, and the action that it was made of.
struct Proposal {
  Action action{};  // empty if the optimizer proposed an architecture
  Architecture architecture{};
  std::string text{};   // the architecture in the space's notation
  double fidelity = 1;  // of the evaluation; 1 for a random action
};

class Proposer {
 public:
  // `given`: the architectures of the first steps. `components` outlive *this. Throws HostError if
  // the space refuses one.
  Proposer(Components& components, std::uint64_t seed, const std::vector<std::string>& given = {});

  // Returns whether the pipeline gives this proposal of a step.
  bool IsGiven(std::uint64_t step, std::uint64_t attempt) const {
    return step < given_.size() && attempt == 0;
  }

  // Sets what is proposed in the first steps, in place of the optimizer. Throws HostError if the
  // space refuses one.
  void Restore(const std::vector<StoredProposal>& proposals);
  // Returns whether a step's proposal is one of these.
  bool IsRestored(std::uint64_t step) const { return step < restored_.size(); }

  // Returns whether an exploration strategy draws the step's action at random. Call it once for
  // each step, in order.
  bool Explores(std::uint64_t step);

  // Takes a given architecture, or draws a random action, or asks the optimizer and lets the
  // exploration strategies perturb its action. `attempt` is the number of proposals rejected before
  // in this step. Throws HostError if the space refuses the proposal, CancelledError.
  Proposal Propose(std::uint64_t step, std::uint64_t attempt, bool random);

 private:
  void DrawAction(std::uint64_t step, std::uint64_t attempt, Action& action);
  void Ask(std::uint64_t step, std::uint64_t attempt, Proposal& proposal);
  void Perturb(std::uint64_t step, std::uint64_t attempt, Action& action);
  void Scatter(std::uint64_t step, std::uint64_t attempt, Action& action);
  void Describe(Proposal& proposal) const;

  Components& components_;
  std::vector<Architecture> given_;
  std::vector<Proposal> restored_;
  RandomStream random_;
  Action action_;  // what the optimizer may fill
  std::vector<std::uint64_t> words_;
};

}  // namespace lode::core

// Trials as the contract of optimizers tells them.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/search/trial.h"
#include "core/verify/guarded_input.h"
#include "core/verify/space_probe.h"

namespace lode::verify {

constexpr std::uint32_t kRejected = LODE_TRIAL_FAILED | LODE_TRIAL_REJECTED;

// A proposal and its architecture.
struct Proposal {
  std::vector<float> action;  // empty if an architecture was proposed
  Bytes architecture;
  double fidelity = 1;

  bool operator==(const Proposal& other) const {
    return SameBits(action, other.action) && architecture == other.architecture &&
           fidelity == other.fidelity;
  }
  std::string Text() const {
    std::string bytes = std::to_string(fidelity);
    bytes.append(architecture.begin(), architecture.end());
    return bytes.append(reinterpret_cast<const char*>(action.data()),
                        action.size() * sizeof(float));
  }
};

struct Told {
  Proposal proposal;
  std::uint64_t step;
  std::uint32_t flags;
  double reward;
  std::uint64_t attempt = 0;  // for its random numbers: number of earlier proposals of the step
};

inline lode_trial AsTrial(const Told& t, const double& reward) {
  const float* action = t.proposal.action.empty() ? nullptr : t.proposal.action.data();
  lode_trial trial = TrialOf(t.step, t.flags, action, t.proposal.architecture.data(), reward);
  trial.fidelity = t.proposal.fidelity;
  return trial;
}

// A trial in memory of its own, which is overwritten when the call has ended.
class ToldTrial {
 public:
  using Pages = std::array<InputPage, 3>;

  // REQUIRES: both outlive *this.
  ToldTrial(Pages& pages, const Told& told)
      : told_(told),
        action_(pages[0], told.proposal.action.data(), told.proposal.action.size()),
        architecture_(pages[1], told.proposal.architecture.data(),
                      told.proposal.architecture.size()),
        reward_(pages[2], &told.reward, 1) {}

  lode_trial AsTrial() const {
    const float* action = told_.proposal.action.empty() ? nullptr : action_.data();
    lode_trial trial =
        TrialOf(told_.step, told_.flags, action, architecture_.data(), *reward_.data());
    trial.fidelity = told_.proposal.fidelity;
    return trial;
  }
  bool unchanged() const {
    return action_.unchanged() && architecture_.unchanged() && reward_.unchanged();
  }

 private:
  const Told& told_;
  GuardedInput<float> action_;
  GuardedInput<std::uint8_t> architecture_;
  GuardedInput<double> reward_;
};

}  // namespace lode::verify

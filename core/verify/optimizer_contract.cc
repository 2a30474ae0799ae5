#include "core/verify/optimizer_contract.h"

#include <algorithm>
#include <lode/math.hpp>
#include <lode/plugin.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/verify/optimizer_check.h"
#include "core/verify/optimizer_parts.h"
#include "core/verify/state_contract.h"

namespace lode::verify {
namespace {

class OptimizerContract : public OptimizerCheck {
 public:
  using OptimizerCheck::OptimizerCheck;

  bool Check() {
    Subject subject(component_, setting_);
    if (!Require(subject.created(), "create.defaults", subject.error().message())) { return false; }
    CheckBeforeBind(subject);
    if (!Bind(subject)) {
      CheckBeforeBind(subject);
      return false;
    }
    Do("searching side by side", [&] { CheckSearch(subject); });
    Do("searching on a host that offers only random numbers", &OptimizerContract::CheckPoorHost);
    Do("telling failed trials", &OptimizerContract::CheckFailures);
    if (!TrainsNetwork(component_)) {  // which proposes what its network says
      Do("failing the same architectures always", &OptimizerContract::CheckRepeatedFailures);
    }
    CheckTelling(component_, setting_, space_, findings_);
    CheckOffers(component_, setting_, space_, findings_);
    CheckTraining(component_, setting_, space_, findings_);
    CheckSeveralAsks(component_, setting_, space_, findings_);
    if (CanSave(component_)) { CheckState(component_, AsUsage(), findings_); }
    return true;
  }

 private:
  // The host stops asking an exhausted optimizer. If it is asked anyway, it must still answer; the
  // checks of ask() cover that.
  static bool IsExhausted(const Subject& subject) {
    return Has(Api(subject), &lode_optimizer_api::exhausted) &&
           Api(subject).exhausted(subject.get());
  }

  void CheckBeforeBind(Subject& subject) {
    std::optional<Proposal> proposal;
    const auto sample = probe_.Sample(1);
    if (!sample) { return; }
    const lode_status asked = AskInto(subject, 0, proposal);
    const lode_status told = TellAll(subject, {Evaluated({{}, *sample}, 0)});
    Require(asked == LODE_E_INVALID && told == LODE_E_INVALID, "optimizer.before_bind",
            "ask or tell before bind is not refused as invalid");
    if (!CanSave(component_)) { return; }
    Require(LoadState(subject, "", findings_) != LODE_OK, "optimizer.before_bind",
            "load before bind is not refused");
  }

  // Two instances side by side must propose the same. So must a third one alone, although it is
  // asked less often whether it is exhausted, because that changes nothing.
  void CheckSearch(Subject& one) {
    Subject two(component_, setting_);
    Subject alone(component_, setting_);
    if (!Bind(two) || !Bind(alone)) { return; }
    std::vector<Proposal> trace;
    for (std::uint64_t step = 0; step < Rounds(); ++step) {
      const auto a = Ask(one, step);
      const auto b = Ask(two, step);
      if (!a || !b) { return; }
      Require(*a == *b, "determinism",
              "the same random numbers and trials give another proposal at step " +
                  std::to_string(step));
      Tell(one, Evaluated(*a, step));
      Tell(two, Evaluated(*b, step));
      trace.push_back(*a);
    }
    CheckTrace(alone, trace);
  }

  void CheckTrace(Subject& alone, const std::vector<Proposal>& trace) {
    for (std::uint64_t step = 0; step < trace.size(); ++step) {
      const auto& api = Api(alone);
      if (Has(api, &lode_optimizer_api::exhausted)) { api.exhausted(alone.get()); }
      asks_if_exhausted_ = false;
      const auto proposal = Ask(alone, step);
      asks_if_exhausted_ = true;
      if (!proposal) { return; }
      Require(*proposal == trace[step], "determinism",
              "an instance next to a second one, or asked more often whether it is exhausted, "
              "proposes something else at step " +
                  std::to_string(step));
      Tell(alone, Evaluated(*proposal, step));
    }
  }

  void CheckPoorHost() {
    Subject subject(component_, setting_, 1, TestHost::Slots::kRandomOnly);
    if (!subject.created() || !Bind(subject)) { return; }
    for (std::uint64_t step = 0; step < kFewRounds; ++step) {
      if (!Round(subject, step)) { return; }
    }
  }

  // First every third trial fails, then all do.
  void CheckFailures() {
    for (const std::uint64_t every : {3, 1}) {
      Subject subject(component_, setting_);
      if (!Bind(subject)) { return; }
      for (std::uint64_t step = 0; step < 2 * kFewRounds; ++step) {
        const auto proposal = Ask(subject, step);
        if (!proposal) { return; }
        Tell(subject, step % every == 0 ? Failed(*proposal, step) : Evaluated(*proposal, step));
      }
    }
  }

  // Returns how often an architecture that always fails may be proposed: a few times, plus as often
  // as chance may draw it from a small space, or from the neighbors of one architecture, which are
  // about as many as the space has cells.
  std::uint64_t MostAsks() const {
    const double size = lode::math::Pow(10, lode::Space(space_).Log10Size());
    const double by_chance =
        static_cast<double>(Rounds()) / std::min(size, static_cast<double>(probe_.cells()));
    return 5 + static_cast<std::uint64_t>(4 * by_chance);
  }

  // In every five rounds one new proposal fails; from then on its architecture always does.
  void CheckRepeatedFailures() {
    Subject subject(component_, setting_);
    if (!Bind(subject)) { return; }
    std::map<Bytes, std::uint64_t> failing;  // number of times that each was proposed
    std::set<Bytes> well;
    std::uint64_t due = 0;
    for (std::uint64_t step = 0; step < Rounds() && !IsExhausted(subject); ++step) {
      const auto proposal = Ask(subject, step);
      if (!proposal) { return; }
      const Bytes& architecture = proposal->architecture;
      if (step >= due && !failing.contains(architecture) && !well.contains(architecture)) {
        failing[architecture] = 0;
        due = step + 5;
      }
      const auto at = failing.find(architecture);
      if (at == failing.end()) {
        well.insert(architecture);
        Tell(subject, Evaluated(*proposal, step));
      } else if (Require(++at->second <= MostAsks(), "optimizer.failure",
                         "proposes an architecture " + std::to_string(at->second) +
                             " times that failed each time")) {
        Tell(subject, Failed(*proposal, step));
      } else {
        return;
      }
    }
  }

  // Usage for the state contract: bound instances that are told their own trials; a step returns
  // the proposal. A network is restarted with every operation, since the host, too, loads one that
  // fits the optimizer.
  Usage AsUsage() {
    const auto networks = std::make_shared<std::map<const Subject*, LentNetwork*>>();
    return {[this, networks] {
              auto subject = std::make_unique<Subject>(component_, setting_);
              LentNetwork*& network = (*networks)[subject.get()];
              return subject->created() && Bind(*subject, &network) ? std::move(subject) : nullptr;
            },
            [this](Subject& subject, std::uint64_t step) {
              const auto proposal = Ask(subject, step);
              if (!proposal) { return std::string(); }
              Tell(subject, Evaluated(*proposal, step));
              return proposal->Text();
            },
            [networks](Subject& subject) {
              LentNetwork* const network = networks->at(&subject);
              if (network != nullptr) { network->network.Restart({}); }
            }};
  }
};

}  // namespace

bool CheckOptimizer(const lode_component& component, const Setting& setting, lode_space space,
                    Findings& findings) {
  return OptimizerContract(component, setting, space, findings).Check();
}

}  // namespace lode::verify

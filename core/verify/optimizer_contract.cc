#include "core/verify/optimizer_contract.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <deque>
#include <limits>
#include <lode/math.hpp>
#include <lode/plugin.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/plugin/fidelities.h"
#include "core/search/trial.h"
#include "core/verify/guarded_input.h"
#include "core/verify/space_probe.h"
#include "core/verify/state_contract.h"

namespace lode::verify {
namespace {

constexpr std::uint64_t kRounds = 200;
constexpr std::uint64_t kRoundsOfLargeSpaces = 60;  // a network's step grows with the cells
constexpr std::size_t kLargeSpace = 100;
constexpr std::uint64_t kFewRounds = 40;
constexpr std::uint64_t kRoundsAhead = 80;
constexpr std::uint8_t kNotWritten = 0xFF;  // as a float: not a number
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

lode_trial AsTrial(const Told& t, const double& reward) {
  const float* action = t.proposal.action.empty() ? nullptr : t.proposal.action.data();
  lode_trial trial = TrialOf(t.step, t.flags, action, t.proposal.architecture.data(), reward);
  trial.fidelity = t.proposal.fidelity;
  return trial;
}

// A trial in memory of its own, which is overwritten when the call has ended.
class ToldTrial {
 public:
  // REQUIRES: three pages. `told` outlives *this.
  ToldTrial(InputPage* pages, const Told& told)
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

class OptimizerContract {
 public:
  OptimizerContract(const lode_component& component, const Setting& setting, lode_space space,
                    Findings& findings)
      : component_(component),
        setting_(setting),
        space_(space),
        probe_(space, space_findings_),
        findings_(findings) {}

  bool Check() {
    Subject subject(component_, setting_);
    if (!Require(subject.created(), "create.defaults", subject.error().message())) {
      return false;
    }
    CheckBeforeBind(subject);
    if (!Bind(subject)) {
      CheckBeforeBind(subject);
      return false;
    }
    {
      const auto doing = findings_.Do("searching side by side");
      CheckSearch(subject);
    }
    Do("searching on a host that offers only random numbers", &OptimizerContract::CheckPoorHost);
    Do("telling failed trials", &OptimizerContract::CheckFailures);
    Do("failing the same architectures always", &OptimizerContract::CheckRepeatedFailures);
    Do("telling trials it did not ask for", &OptimizerContract::CheckUninvited);
    Do("rejecting proposals", &OptimizerContract::CheckRejections);
    Do("telling several goals", &OptimizerContract::CheckSeveralGoals);
    Do("telling several trials in one call", &OptimizerContract::CheckBatch);
    if (TakesFidelities()) {
      Do("offering fidelities", &OptimizerContract::CheckOffers);
    }
    if (RunsAhead()) {
      Do("asking ahead", &OptimizerContract::CheckAhead);
      if ((component_.capabilities & LODE_CAP_ANY_ORDER) != 0) {
        Do("telling younger steps before older ones", &OptimizerContract::CheckAnyOrder);
      }
    } else {
      Do("asking twice", &OptimizerContract::CheckAsksTwice);
    }
    if (CanSave(component_)) {
      CheckState(component_, AsUsage(), findings_);
    }
    return true;
  }

 private:
  void Do(const char* what, void (OptimizerContract::*check)()) {
    const auto doing = findings_.Do(what);
    (this->*check)();
  }
  bool Require(bool holds, std::string_view rule, const std::string& seen) {
    return findings_.Require(holds, rule, seen);
  }
  std::uint64_t Rounds() const {
    return probe_.cells() > kLargeSpace ? kRoundsOfLargeSpaces : kRounds;
  }
  bool TakesFidelities() const {
    return Has(*static_cast<const lode_optimizer_api*>(component_.api), &lode_optimizer_api::offer);
  }
  bool RunsAhead() const { return (component_.capabilities & LODE_CAP_SEVERAL_ASKS) != 0; }
  static const lode_optimizer_api& Api(const Subject& s) { return s.api<lode_optimizer_api>(); }

  bool CheckError(const char* function, const ErrorBuffer& error, lode_status status) {
    const std::string fault = error.Fault(status);
    return Require(fault.empty(), "error.message", std::string(function) + ": the error " + fault);
  }

  // ---- calls

  bool Bind(Subject& subject) {
    if (!Require(subject.created(), "create.defaults", subject.error().message())) {
      return false;
    }
    ErrorBuffer error;
    subject.host().Enter(0, Phase::kSetup);
    const lode_status status = Api(subject).bind(subject.get(), space_, error.get());
    if (status == LODE_OK) {
      return true;
    }
    Require(status == LODE_E_UNSUPPORTED, "optimizer.bind",
            "refuses a space with another status than unsupported: " + error.message());
    CheckError("bind", error, status);
    return false;
  }

  // The host stops asking an exhausted optimizer. If it is asked anyway, it must still answer; the
  // checks of ask() cover that.
  static bool IsExhausted(const Subject& subject) {
    return Has(Api(subject), &lode_optimizer_api::exhausted) &&
           Api(subject).exhausted(subject.get());
  }

  void CheckExhausted(const Subject& subject) {
    if (!Has(Api(subject), &lode_optimizer_api::exhausted)) {
      return;
    }
    const bool once = Api(subject).exhausted(subject.get());
    Require(Api(subject).exhausted(subject.get()) == once, "optimizer.exhausted",
            "says something else when it is asked again");
  }

  lode_status AskInto(Subject& subject, std::uint64_t step, std::optional<Proposal>& out,
                      std::uint64_t attempt = 0) {
    GuardedBuffer<float> action(probe_.cells(), kNotWritten);
    GuardedBuffer<std::uint8_t> architecture(probe_.cells());
    constexpr std::int32_t kNoKind = -77;
    Newer<lode_proposal> proposal(ProposalInto(action.data(), architecture.data()));
    proposal.value.kind = kNoKind;
    ErrorBuffer error;
    findings_.Beat();
    if (asks_if_exhausted_) {
      CheckExhausted(subject);
    }
    subject.host().Enter(step, Phase::kAsk, attempt);
    const lode_status status = Api(subject).ask(subject.get(), &proposal.value, error.get());
    Require(action.in_bounds() && architecture.in_bounds() && proposal.intact(), "outputs.bounds",
            "ask wrote past its outputs");
    if (status != LODE_OK) {
      Require(action.untouched() && architecture.untouched() && proposal.value.kind == kNoKind,
              "outputs.untouched", "ask failed and changed its outputs");
      CheckError("ask", error, status);
    } else {
      out = Judge(proposal.value, action.values(), architecture.values());
    }
    return status;
  }

  // Returns the proposal in both forms, if it is valid.
  std::optional<Proposal> Judge(const lode_proposal& proposal, std::vector<float> action,
                                Bytes architecture) {
    const std::int32_t kind = proposal.kind;
    const double fidelity = proposal.fidelity;
    if (!Require(offered_.Serves(fidelity), "optimizer.offer",
                 "proposes the fidelity " + std::to_string(fidelity) + ", expected " +
                     core::FormatFidelities(offered_))) {
      return std::nullopt;
    }
    if (kind == LODE_PROPOSES_ACTION) {
      const bool finite =
          std::ranges::all_of(action, [](float cell) { return std::isfinite(cell); });
      if (!Require(finite, "optimizer.proposal", "is an action that is not finite")) {
        return std::nullopt;
      }
      auto discrete = probe_.Discretize(action);
      if (!discrete) {
        return std::nullopt;
      }
      return Proposal{std::move(action), *std::move(discrete), fidelity};
    }
    if (!Require(kind == LODE_PROPOSES_ARCHITECTURE, "optimizer.proposal", "has an unknown kind")) {
      return std::nullopt;
    }
    if (!Require(probe_.IsValid(architecture), "optimizer.proposal",
                 "is not an architecture of the space")) {
      return std::nullopt;
    }
    return Proposal{{}, std::move(architecture), fidelity};
  }

  std::optional<Proposal> Ask(Subject& subject, std::uint64_t step) {
    std::optional<Proposal> proposal;
    const lode_status status = AskInto(subject, step, proposal);
    Require(status == LODE_OK, "optimizer.ask", "fails at step " + std::to_string(step));
    return proposal;
  }

  // Tells all trials in one call, with structs of the larger size that a newer host would use.
  lode_status TellAll(Subject& subject, const std::vector<Told>& list) {
    std::deque<ToldTrial> told;
    std::vector<Newer<lode_trial>> trials;
    while (pages_.size() < 3 * list.size()) {
      pages_.emplace_back();
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
      trials.emplace_back(told.emplace_back(&pages_[3 * i], list[i]).AsTrial());
    }
    ErrorBuffer error;
    findings_.Beat();
    subject.host().Enter(list.empty() ? 0 : list.back().step, Phase::kTell,
                         list.empty() ? 0 : list.back().attempt);
    const lode_status status =
        Api(subject).tell(subject.get(), trials.empty() ? nullptr : &trials.data()->value,
                          static_cast<std::uint32_t>(trials.size()), error.get());
    if (status != LODE_OK) {
      CheckError("tell", error, status);
    }
    Require(std::ranges::all_of(told, &ToldTrial::unchanged), "inputs.untouched",
            "tell changed a trial");
    return status;
  }

  void Tell(Subject& subject, const Told& trial) {
    Require(TellAll(subject, {trial}) == LODE_OK, "optimizer.tell",
            "fails at step " + std::to_string(trial.step));
  }

  // Returns a reward in (0, 1) that differs between architectures and rises with the number of
  // decisions with late values, so that there is something to climb.
  static double RewardOf(const Bytes& architecture) {
    double sum = 0, weight = 0;
    for (std::size_t cell = 0; cell < architecture.size(); ++cell) {
      const double w = std::fmod(0.6180339887498949 * static_cast<double>(cell + 1), 1.0);
      weight += w;
      sum += w * architecture[cell];
    }
    return sum / weight;
  }

  Told Evaluated(Proposal proposal, std::uint64_t step) const {
    const double reward = RewardOf(proposal.architecture);
    return {std::move(proposal), step, 0, reward};
  }
  static Told Failed(Proposal proposal, std::uint64_t step) {
    return {std::move(proposal), step, LODE_TRIAL_FAILED, core::kNaN};
  }
  // Returns a trial with a random action by exploration.
  std::optional<Told> Explored(std::uint64_t step) {
    test::RandomStream stream(step, "explored");
    const Random random(stream.handle());
    std::vector<float> action(probe_.cells());
    for (float& cell : action) {
      cell = static_cast<float>(random.Uniform());
    }
    auto architecture = probe_.Discretize(action);
    if (!architecture) {
      return std::nullopt;
    }
    Told told = Evaluated({std::move(action), *std::move(architecture)}, step);
    told.flags = LODE_TRIAL_RANDOM;
    return told;
  }

  bool Round(Subject& subject, std::uint64_t step) {
    const auto proposal = Ask(subject, step);
    if (proposal) {
      Tell(subject, Evaluated(*proposal, step));
    }
    return proposal.has_value();
  }

  // ---- rules

  void CheckBeforeBind(Subject& subject) {
    std::optional<Proposal> proposal;
    const auto sample = probe_.Sample(1);
    if (!sample) {
      return;
    }
    const lode_status asked = AskInto(subject, 0, proposal);
    const lode_status told = TellAll(subject, {Evaluated({{}, *sample}, 0)});
    Require(asked == LODE_E_INVALID && told == LODE_E_INVALID, "optimizer.before_bind",
            "ask or tell before bind is not refused as invalid");
    if (!CanSave(component_)) {
      return;
    }
    Require(LoadState(subject, "", findings_) != LODE_OK, "optimizer.before_bind",
            "load before bind is not refused");
  }

  // Two instances side by side must propose the same. So must a third one alone, although it is
  // asked less often whether it is exhausted, because that changes nothing.
  void CheckSearch(Subject& one) {
    Subject two(component_, setting_);
    Subject alone(component_, setting_);
    if (!Bind(two) || !Bind(alone)) {
      return;
    }
    std::vector<Proposal> trace;
    for (std::uint64_t step = 0; step < Rounds(); ++step) {
      const auto a = Ask(one, step);
      const auto b = Ask(two, step);
      if (!a || !b) {
        return;
      }
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
      if (Has(api, &lode_optimizer_api::exhausted)) {
        api.exhausted(alone.get());
      }
      asks_if_exhausted_ = false;
      const auto proposal = Ask(alone, step);
      asks_if_exhausted_ = true;
      if (!proposal) {
        return;
      }
      Require(*proposal == trace[step], "determinism",
              "an instance next to a second one, or asked more often whether it is exhausted, "
              "proposes something else at step " +
                  std::to_string(step));
      Tell(alone, Evaluated(*proposal, step));
    }
  }

  void CheckPoorHost() {
    Subject subject(component_, setting_, 1, TestHost::Slots::kRandomOnly);
    if (!subject.created() || !Bind(subject)) {
      return;
    }
    for (std::uint64_t step = 0; step < kFewRounds; ++step) {
      if (!Round(subject, step)) {
        return;
      }
    }
  }

  // First every third trial fails, then all do.
  void CheckFailures() {
    for (const std::uint64_t every : {3, 1}) {
      Subject subject(component_, setting_);
      if (!Bind(subject)) {
        return;
      }
      for (std::uint64_t step = 0; step < 2 * kFewRounds; ++step) {
        const auto proposal = Ask(subject, step);
        if (!proposal) {
          return;
        }
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
    if (!Bind(subject)) {
      return;
    }
    std::map<Bytes, std::uint64_t> failing;  // number of times that each was proposed
    std::set<Bytes> well;
    std::uint64_t due = 0;
    for (std::uint64_t step = 0; step < Rounds() && !IsExhausted(subject); ++step) {
      const auto proposal = Ask(subject, step);
      if (!proposal) {
        return;
      }
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

  // First two of three proposals are rejected and asked for again in the same step, then all are.
  void CheckRejections() {
    for (const int rejections : {2, 20}) {
      Subject subject(component_, setting_);
      if (!Bind(subject)) {
        return;
      }
      for (std::uint64_t step = 0; step < kFewRounds; ++step) {
        for (int i = 0; i < rejections; ++i) {
          const auto proposal = Ask(subject, step);
          if (!proposal) {
            return;
          }
          Tell(subject, {*proposal, step, kRejected, core::kNaN});
        }
        if (rejections == 2 && !Round(subject, step)) {
          return;
        }
      }
    }
  }

  // Tells three objectives, and limits that some trials break.
  void CheckSeveralGoals() {
    Subject subject(component_, setting_);
    if (!Bind(subject)) {
      return;
    }
    for (std::uint64_t step = 0; step < Rounds(); ++step) {
      const auto proposal = Ask(subject, step);
      if (!proposal) {
        return;
      }
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

  // Tells trials that it did not ask for, including failed ones: before the first ask, and between
  // rounds.
  void CheckUninvited() {
    Subject subject(component_, setting_);
    if (!Bind(subject)) {
      return;
    }
    Require(TellAll(subject, {}) == LODE_OK, "optimizer.tell", "refuses an empty list of trials");
    for (std::uint64_t step = 0; step < 3 * kFewRounds; ++step) {
      if (step % 3 == 2) {
        if (!Round(subject, step)) {
          return;
        }
        continue;
      }
      const auto told = Explored(step);
      if (!told) {
        return;
      }
      Tell(subject, step % 6 == 1 ? Failed(told->proposal, step) : *told);
    }
  }

  // Several trials in one call must have the same effect as telling them in order, one by one.
  void CheckBatch() {
    CheckBatchOf(1);
    if (RunsAhead()) {
      CheckBatchOf(4);
    }
  }

  // Tells two trials that it did not ask for, then `asks` that it did ask for.
  void CheckBatchOf(std::uint64_t asks) {
    Subject together(component_, setting_);
    Subject one_by_one(component_, setting_);
    if (!Bind(together) || !Bind(one_by_one)) {
      return;
    }
    for (std::uint64_t step = 0; step < 3 * kFewRounds; step += 2 + asks) {
      const auto first = Explored(step);
      const auto second = Explored(step + 1);
      if (!first || !second) {
        return;
      }
      std::vector<Told> list = {*first, *second};
      for (std::uint64_t i = step + 2; i < step + 2 + asks; ++i) {
        const auto a = Ask(together, i);
        const auto b = Ask(one_by_one, i);
        if (!a || !b) {
          return;
        }
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

  // Without the capability, a second ask is misuse. It must end in a proposal or an error, and the
  // search must continue.
  void CheckAsksTwice() {
    Subject subject(component_, setting_);
    if (!Bind(subject)) {
      return;
    }
    for (std::uint64_t step = 0; step < 4 * kFewRounds; step += 4) {
      std::vector<Told> trials;
      for (std::uint64_t i = step; i < step + 4; ++i) {
        std::optional<Proposal> proposal;
        const lode_status status = AskInto(subject, i, proposal);
        Require(status == LODE_OK || i > step, "optimizer.ask",
                "fails at step " + std::to_string(i));
        if (proposal) {
          trials.push_back(Evaluated(*proposal, i));
        }
      }
      for (const Told& trial : trials) {
        Tell(subject, trial);
      }
    }
  }

  // ---- fidelities

  // An optimizer may refuse an offer that it cannot work with.
  void CheckOffers() {
    for (const Fidelities& fidelities : {Fidelities::List({0.25, 1}), Fidelities()}) {
      Subject subject(component_, setting_);
      Require(Offer(subject, fidelities) == LODE_E_INVALID, "optimizer.before_bind",
              "offer before bind is not refused as invalid");
      if (!Bind(subject)) {
        return;
      }
      const lode_status status = Offer(subject, fidelities);
      Require(status == LODE_OK || status == LODE_E_INVALID || status == LODE_E_UNSUPPORTED,
              "optimizer.offer", "is refused with another status than invalid or unsupported");
      offered_ = fidelities;
      for (std::uint64_t step = 0; status == LODE_OK && step < kFewRounds; ++step) {
        if (!Round(subject, step)) {
          break;
        }
      }
      offered_ = {};
    }
  }

  lode_status Offer(Subject& subject, const Fidelities& fidelities) {
    const std::vector<double>& values = fidelities.values();
    InputPage page;
    const GuardedInput<double> list(page, values.data(), values.size());
    Newer<lode_fidelities> offered(lode::detail::ViewFidelities(fidelities));
    offered.value.values = list.data();
    const Newer<lode_fidelities> before = offered;
    ErrorBuffer error;
    const lode_status status = Api(subject).offer(subject.get(), &offered.value, error.get());
    if (status != LODE_OK) {
      CheckError("offer", error, status);
    }
    Require(offered.SameBytes(before) && list.unchanged(), "inputs.untouched",
            "offer changed the fidelities");
    return status;
  }

  // ---- several proposals in progress

  // How steps overlap.
  struct Overlap {
    std::uint64_t width;  // number of steps in progress
    bool in_order;        // the oldest ends first
    const char* rule() const { return in_order ? "optimizer.ahead" : "optimizer.any_order"; }
    // Returns which of the steps in progress ends before `step` begins; 0: the oldest.
    std::uint64_t NextEnd(std::uint64_t step) const { return in_order ? 0 : step * 5 / 3 % width; }
  };

  void CheckAhead() { CheckOverlaps(true); }
  void CheckAnyOrder() { CheckOverlaps(false); }

  void CheckOverlaps(bool in_order) {
    for (const std::uint64_t width : {2, 3, 7}) {
      const Overlap overlap{width, in_order};
      const auto trace = SearchAhead(overlap);
      if (!trace) {
        return;
      }
      Require(SearchAhead(overlap) == trace, "determinism",
              "the same random numbers and trials give other proposals with " +
                  std::to_string(width) + " in progress");
    }
  }

  // Searches as the host does: steps begin until enough are in progress, and then one ends and the
  // next begins. Returns all proposals in order, or nothing if the search could not continue.
  std::optional<std::vector<Proposal>> SearchAhead(const Overlap& overlap) {
    Subject subject(component_, setting_);
    if (!Bind(subject)) {
      return std::nullopt;
    }
    std::deque<Told> under_way;
    std::vector<Proposal> trace;
    for (std::uint64_t step = 0; step < kRoundsAhead; ++step) {
      if (under_way.size() == overlap.width &&
          !End(subject, overlap, under_way, overlap.NextEnd(step), trace)) {
        return std::nullopt;
      }
      const auto begun = Begin(subject, overlap, step, 0);
      if (!begun) {
        return std::nullopt;
      }
      under_way.push_back(*begun);
      trace.push_back(begun->proposal);
    }
    return trace;
  }

  // Random steps, failures and rejections occur at distances that let each combination occur.
  static bool IsRandom(std::uint64_t step) { return step % 7 == 3; }
  static bool Fails(std::uint64_t step) { return step % 5 == 1; }
  static std::uint64_t RejectionsOf(std::uint64_t step) {
    if (IsRandom(step)) {
      return 0;
    }
    return step == 30 ? 20 : step % 4;
  }

  // Returns the step's trial, unless it is rejected.
  std::optional<Told> Begin(Subject& subject, const Overlap& overlap, std::uint64_t step,
                            std::uint64_t attempt) {
    if (IsRandom(step)) {
      return Explored(step);
    }
    std::optional<Proposal> proposal;
    const lode_status status = AskInto(subject, step, proposal, attempt);
    Require(status == LODE_OK, overlap.rule(),
            "ask fails at step " + std::to_string(step) + " before earlier ones are told");
    if (!proposal) {
      return std::nullopt;
    }
    return Fails(step) ? Failed(*proposal, step) : Evaluated(*proposal, step);
  }

  // A rejected step is asked for again while later steps are in progress.
  bool End(Subject& subject, const Overlap& overlap, std::deque<Told>& under_way,
           std::uint64_t position, std::vector<Proposal>& trace) {
    Told& ending = under_way[position];
    for (std::uint64_t attempt = 1; attempt <= RejectionsOf(ending.step); ++attempt) {
      TellAhead(subject, overlap, {ending.proposal, ending.step, kRejected, core::kNaN, attempt});
      auto again = Begin(subject, overlap, ending.step, attempt);
      if (!again) {
        return false;
      }
      ending = *std::move(again);
      trace.push_back(ending.proposal);
    }
    TellAhead(subject, overlap, ending);
    under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(position));
    return true;
  }

  void TellAhead(Subject& subject, const Overlap& overlap, const Told& trial) {
    Require(TellAll(subject, {trial}) == LODE_OK, overlap.rule(),
            "tell fails at step " + std::to_string(trial.step) + " with others in progress");
  }

  // Usage for the state contract: bound instances that are told their own trials; a step returns
  // the proposal.
  Usage AsUsage() {
    return {[this] {
              auto subject = std::make_unique<Subject>(component_, setting_);
              return subject->created() && Bind(*subject) ? std::move(subject) : nullptr;
            },
            [this](Subject& subject, std::uint64_t step) {
              const auto proposal = Ask(subject, step);
              if (!proposal) {
                return std::string();
              }
              Tell(subject, Evaluated(*proposal, step));
              return proposal->Text();
            }};
  }

  const lode_component& component_;
  const Setting& setting_;
  lode_space space_;
  Findings space_findings_;  // of the space, not of this component
  SpaceProbe probe_;
  Findings& findings_;
  bool asks_if_exhausted_ = true;
  Fidelities offered_;           // to the instance that is asked
  std::deque<InputPage> pages_;  // memory for the trials that are told
};

}  // namespace

bool CheckOptimizer(const lode_component& component, const Setting& setting, lode_space space,
                    Findings& findings) {
  return OptimizerContract(component, setting, space, findings).Check();
}

}  // namespace lode::verify

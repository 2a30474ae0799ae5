#include "core/verify/optimizer_check.h"

#include <algorithm>
#include <cmath>
#include <lode/plugin.hpp>
#include <utility>

#include "core/plugin/fidelities.h"
#include "core/verify/guarded_input.h"

namespace lode::verify {
namespace {

constexpr std::uint64_t kRounds = 200;
constexpr std::uint64_t kRoundsOfLargeSpaces = 60;  // a network's step grows with the cells
constexpr std::size_t kLargeSpace = 100;
constexpr std::uint8_t kNotWritten = 0xFF;  // as a float: not a number

}  // namespace

std::uint64_t OptimizerCheck::Rounds() const { return IsLarge() ? kRoundsOfLargeSpaces : kRounds; }

bool OptimizerCheck::IsLarge() const { return probe_.cells() > kLargeSpace; }

bool OptimizerCheck::CheckError(const char* function, const ErrorBuffer& error,
                                lode_status status) {
  const std::string fault = error.Fault(status);
  return Require(fault.empty(), "error.message", std::string(function) + ": the error " + fault);
}

bool OptimizerCheck::Bind(Subject& subject, LentNetwork** network) {
  if (!Require(subject.created(), "create.defaults", subject.error().message())) { return false; }
  ErrorBuffer error;
  subject.host().Enter(0, Phase::kSetup);
  const lode_status status = Api(subject).bind(subject.get(), space_, error.get());
  if (status == LODE_OK) {
    LentNetwork* const lent = LendNetwork(subject, space_, findings_);
    if (network != nullptr) { *network = lent; }
    return true;
  }
  Require(status == LODE_E_UNSUPPORTED, "optimizer.bind",
          "refuses a space with another status than unsupported: " + error.message());
  CheckError("bind", error, status);
  return false;
}

void OptimizerCheck::CheckExhausted(const Subject& subject) {
  if (!Has(Api(subject), &lode_optimizer_api::exhausted)) { return; }
  const bool once = Api(subject).exhausted(subject.get());
  Require(Api(subject).exhausted(subject.get()) == once, "optimizer.exhausted",
          "says something else when it is asked again");
}

lode_status OptimizerCheck::AskInto(Subject& subject, std::uint64_t step,
                                    std::optional<Proposal>& out, std::uint64_t attempt) {
  GuardedBuffer<float> action(probe_.cells(), kNotWritten);
  GuardedBuffer<std::uint8_t> architecture(probe_.cells());
  constexpr std::int32_t kNoKind = -77;
  Newer<lode_proposal> proposal(ProposalInto(action.data(), architecture.data()));
  proposal.value.kind = kNoKind;
  ErrorBuffer error;
  findings_.Beat();
  if (asks_if_exhausted_) { CheckExhausted(subject); }
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
std::optional<Proposal> OptimizerCheck::Judge(const lode_proposal& proposal,
                                              std::vector<float> action, Bytes architecture) {
  const std::int32_t kind = proposal.kind;
  const double fidelity = proposal.fidelity;
  if (!Require(offered_.Serves(fidelity), "optimizer.offer",
               "proposes the fidelity " + std::to_string(fidelity) + ", expected " +
                   core::FormatFidelities(offered_))) {
    return std::nullopt;
  }
  if (kind == LODE_PROPOSES_ACTION) {
    const bool finite = std::ranges::all_of(action, [](float cell) { return std::isfinite(cell); });
    if (!Require(finite, "optimizer.proposal", "is an action that is not finite")) {
      return std::nullopt;
    }
    auto discrete = probe_.Discretize(action);
    if (!discrete) { return std::nullopt; }
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

std::optional<Proposal> OptimizerCheck::Ask(Subject& subject, std::uint64_t step) {
  std::optional<Proposal> proposal;
  const lode_status status = AskInto(subject, step, proposal);
  Require(status == LODE_OK, "optimizer.ask", "fails at step " + std::to_string(step));
  return proposal;
}

lode_status OptimizerCheck::TellAll(Subject& subject, const std::vector<Told>& list) {
  std::deque<ToldTrial> told;
  std::vector<Newer<lode_trial>> trials;
  while (pages_.size() < list.size()) { pages_.emplace_back(); }
  for (std::size_t i = 0; i < list.size(); ++i) {
    trials.emplace_back(told.emplace_back(pages_[i], list[i]).AsTrial());
  }
  ErrorBuffer error;
  findings_.Beat();
  subject.host().Enter(list.empty() ? 0 : list.back().step, Phase::kTell,
                       list.empty() ? 0 : list.back().attempt);
  const lode_status status =
      Api(subject).tell(subject.get(), trials.empty() ? nullptr : &trials.data()->value,
                        static_cast<std::uint32_t>(trials.size()), error.get());
  if (status != LODE_OK) { CheckError("tell", error, status); }
  Require(std::ranges::all_of(told, &ToldTrial::unchanged), "inputs.untouched",
          "tell changed a trial");
  return status;
}

void OptimizerCheck::Tell(Subject& subject, const Told& trial) {
  Require(TellAll(subject, {trial}) == LODE_OK, "optimizer.tell",
          "fails at step " + std::to_string(trial.step));
}

double OptimizerCheck::RewardOf(const Bytes& architecture) {
  double sum = 0, weight = 0;
  for (std::size_t cell = 0; cell < architecture.size(); ++cell) {
    const double w = std::fmod(0.6180339887498949 * static_cast<double>(cell + 1), 1.0);
    weight += w;
    sum += w * architecture[cell];
  }
  return sum / weight;
}

Told OptimizerCheck::Evaluated(Proposal proposal, std::uint64_t step) {
  const double reward = RewardOf(proposal.architecture);
  return {std::move(proposal), step, 0, reward};
}

Told OptimizerCheck::Failed(Proposal proposal, std::uint64_t step) {
  return {std::move(proposal), step, LODE_TRIAL_FAILED, core::kNaN};
}

std::optional<Told> OptimizerCheck::Explored(std::uint64_t step) {
  test::RandomStream stream(step, "explored");
  const Random random(stream.handle());
  std::vector<float> action(probe_.cells());
  for (float& cell : action) { cell = static_cast<float>(random.Uniform()); }
  auto architecture = probe_.Discretize(action);
  if (!architecture) { return std::nullopt; }
  Told told = Evaluated({std::move(action), *std::move(architecture)}, step);
  told.flags = LODE_TRIAL_RANDOM;
  return told;
}

bool OptimizerCheck::Round(Subject& subject, std::uint64_t step) {
  const auto proposal = Ask(subject, step);
  if (proposal) { Tell(subject, Evaluated(*proposal, step)); }
  return proposal.has_value();
}

}  // namespace lode::verify

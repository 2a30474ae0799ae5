#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/verify/optimizer_check.h"
#include "core/verify/optimizer_parts.h"

namespace lode::verify {
namespace {

constexpr std::uint64_t kRoundsAhead = 80, kRoundsAheadOfLargeSpaces = 40;

class SeveralAsksContract : public OptimizerCheck {
 public:
  using OptimizerCheck::OptimizerCheck;

  void Check() {
    if (!RunsAhead()) { return Do("asking twice", &SeveralAsksContract::CheckAsksTwice); }
    Do("asking ahead", &SeveralAsksContract::CheckAhead);
    if ((component_.capabilities & LODE_CAP_ANY_ORDER) != 0) {
      Do("telling younger steps before older ones", &SeveralAsksContract::CheckAnyOrder);
    }
  }

 private:
  // Without the capability, a second ask is misuse. It must end in a proposal or an error, and the
  // search must continue.
  void CheckAsksTwice() {
    Subject subject(component_, setting_);
    if (!Bind(subject)) { return; }
    for (std::uint64_t step = 0; step < 4 * kFewRounds; step += 4) {
      std::vector<Told> trials;
      for (std::uint64_t i = step; i < step + 4; ++i) {
        std::optional<Proposal> proposal;
        const lode_status status = AskInto(subject, i, proposal);
        Require(status == LODE_OK || i > step, "optimizer.ask",
                "fails at step " + std::to_string(i));
        if (proposal) { trials.push_back(Evaluated(*proposal, i)); }
      }
      for (const Told& trial : trials) { Tell(subject, trial); }
    }
  }

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
    for (const std::uint64_t width : {2, 3}) {
      if (!SearchAhead({width, in_order})) { return; }
    }
    const Overlap widest{7, in_order};
    const auto trace = SearchAhead(widest);
    if (!trace) { return; }
    Require(SearchAhead(widest) == trace, "determinism",
            "the same random numbers and trials give other proposals with " +
                std::to_string(widest.width) + " in progress");
  }

  // Searches as the host does: steps begin until enough are in progress, and then one ends and the
  // next begins. Returns all proposals in order, or nothing if the search could not continue.
  std::optional<std::vector<Proposal>> SearchAhead(const Overlap& overlap) {
    Subject subject(component_, setting_);
    if (!Bind(subject)) { return std::nullopt; }
    std::deque<Told> under_way;
    std::vector<Proposal> trace;
    const std::uint64_t rounds = IsLarge() ? kRoundsAheadOfLargeSpaces : kRoundsAhead;
    for (std::uint64_t step = 0; step < rounds; ++step) {
      if (under_way.size() == overlap.width &&
          !End(subject, overlap, under_way, overlap.NextEnd(step), trace)) {
        return std::nullopt;
      }
      const auto begun = Begin(subject, overlap, step, 0);
      if (!begun) { return std::nullopt; }
      under_way.push_back(*begun);
      trace.push_back(begun->proposal);
    }
    return trace;
  }

  // Random steps, failures and rejections occur at distances that let each combination occur.
  static bool IsRandom(std::uint64_t step) { return step % 7 == 3; }

  static bool Fails(std::uint64_t step) { return step % 5 == 1; }

  static std::uint64_t RejectionsOf(std::uint64_t step) {
    if (IsRandom(step)) { return 0; }
    return step == 20 ? 20 : step % 4;
  }

  // Returns the step's trial, unless it is rejected.
  std::optional<Told> Begin(Subject& subject, const Overlap& overlap, std::uint64_t step,
                            std::uint64_t attempt) {
    if (IsRandom(step)) { return Explored(step); }
    std::optional<Proposal> proposal;
    const lode_status status = AskInto(subject, step, proposal, attempt);
    Require(status == LODE_OK, overlap.rule(),
            "ask fails at step " + std::to_string(step) + " before earlier ones are told");
    if (!proposal) { return std::nullopt; }
    return Fails(step) ? Failed(*proposal, step) : Evaluated(*proposal, step);
  }

  // A rejected step is asked for again while later steps are in progress.
  bool End(Subject& subject, const Overlap& overlap, std::deque<Told>& under_way,
           std::uint64_t position, std::vector<Proposal>& trace) {
    Told& ending = under_way[position];
    for (std::uint64_t attempt = 1; attempt <= RejectionsOf(ending.step); ++attempt) {
      TellAhead(subject, overlap, {ending.proposal, ending.step, kRejected, core::kNaN, attempt});
      auto again = Begin(subject, overlap, ending.step, attempt);
      if (!again) { return false; }
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
};

}  // namespace

void CheckSeveralAsks(const lode_component& component, const Setting& setting, lode_space space,
                      Findings& findings) {
  SeveralAsksContract(component, setting, space, findings).Check();
}

}  // namespace lode::verify

// Successive halving with several brackets (Li, Jamieson, DeSalvo, Rostamizadeh, Talwalkar:
// Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization, JMLR 18, 2018) on the
// fidelities that an oracle serves.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <lode/plugin.hpp>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace hyperband {

// Returns the highest fidelity that is offered and, up to rounding, at most `limit`; 0 if there is
// none.
double HighestAtMost(const lode::Fidelities& offered, double limit);

// Returns the fidelities of the ladder, ascending; the last is 1. Below a rung r comes r / eta if
// all fidelities of a range are offered, and of a list the largest that is at most r / eta, as far
// as there is one that is not below `lowest`. REQUIRES: eta > 1.
std::vector<double> RungsOf(const lode::Fidelities& offered, double eta, double lowest);

// How the number of architectures on a bracket's first rung is rounded.
enum class Rounding {
  kUp,         // the paper: ceil((number of rungs) / (rungs of the bracket) / r)
  kShareDown,  // hpbandster: floor((number of rungs) / (rungs of the bracket)) /
               // r, rounded down
};

// Returns how many architectures a bracket has on each of its rungs, `first` and those above: n for
// fidelity r, and as many for others as cost the same, rounded down, but at least one. With rungs
// that are powers of 1 / eta these are the paper's numbers.
std::vector<std::size_t> WidthsOf(std::span<const double> rungs, std::size_t first,
                                  Rounding rounding);

// One bracket: new architectures are evaluated on its first rung, the best of each rung once more
// on the next. A rung begins when all results of the one below are known.
class Bracket {
 public:
  Bracket(std::size_t first, std::vector<std::size_t> widths);

  std::size_t rung() const { return rung_; }
  bool NeedsNew() const { return missing_ > 0; }
  // From now on the new architecture is under way on the first rung. REQUIRES: NeedsNew().
  const lode::Architecture& Begin(lode::Architecture architecture);
  // Returns the next promoted architecture, which is under way then; none if all are.
  std::optional<lode::Architecture> NextPromoted();
  // Takes a result of this rung: minus infinity for a failure. Returns false if the architecture is
  // not under way here.
  bool Tell(lode::ArchitectureView architecture, double reward);
  // Forgets an architecture that a limit has rejected: another one takes its place on the first
  // rung. Above it counts as a failure. Returns false if it is not under way here.
  bool Reject(lode::ArchitectureView architecture);
  bool Ended() const { return level_ == widths_.size(); }

 private:
  struct Result {
    lode::Architecture architecture;
    double reward;
  };

  bool TakeUnderWay(lode::ArchitectureView architecture);
  void Promote();

  std::size_t rung_;
  std::vector<std::size_t> widths_;
  std::size_t level_ = 0;  // of widths_, for rung_
  std::size_t missing_;    // new architectures that the first rung still needs
  std::deque<lode::Architecture> promoted_;
  std::vector<lode::Architecture> under_way_;
  std::vector<Result> results_;  // of this rung
};

// Runs bracket after bracket: first the one with all rungs, then with one less at a time, and after
// the one that has only full evaluations again the first. While all of a rung is under way, the
// next bracket begins.
class Brackets {
 public:
  struct Settings {
    std::vector<double> rungs;  // fidelities, ascending; the last is 1
    Rounding rounding = Rounding::kUp;
    bool full = false;  // every rung asks for full evaluations
  };

  explicit Brackets(Settings settings) : settings_(std::move(settings)) {}

  // What to evaluate next. `draw` gives a new architecture; it is called at most once.
  lode::Proposal Next(const std::function<lode::Architecture()>& draw);
  // Returns the rung to which the trial belongs; none if no bracket waits for it.
  std::optional<std::size_t> Tell(const lode::Trial& trial);

 private:
  void BeginBracket();
  // Returns whether the bracket waited for the trial.
  bool TellOne(Bracket& bracket, const lode::Trial& trial) const;
  double FidelityOf(std::size_t rung) const { return settings_.full ? 1 : settings_.rungs[rung]; }

  Settings settings_;
  std::size_t first_ = 0;  // rung of the next bracket
  std::deque<Bracket> active_;
};

}  // namespace hyperband

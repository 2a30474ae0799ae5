#include "plugins/optimizers/hyperband/successive_halving.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace hyperband {
namespace {

// Quotients of fidelities that would be whole numbers without rounding count as such.
constexpr double kTolerance = 1e-9;

double Floor(double x) { return std::floor(x + kTolerance); }

}  // namespace

double HighestAtMost(const lode::Fidelities& offered, double limit) {
  if (offered.values().empty()) {
    return limit < offered.lowest() * (1 - kTolerance) ? 0 : std::max(limit, offered.lowest());
  }
  const auto above = std::ranges::upper_bound(offered.values(), limit * (1 + kTolerance));
  return above == offered.values().begin() ? 0 : above[-1];
}

std::vector<double> RungsOf(const lode::Fidelities& offered, double eta, double lowest) {
  std::vector<double> rungs;
  const double least = lowest * (1 - kTolerance);
  for (double rung = 1; rung > 0 && rung >= least; rung = HighestAtMost(offered, rung / eta)) {
    rungs.push_back(rung);
  }
  std::ranges::reverse(rungs);
  return rungs;
}

std::vector<std::size_t> WidthsOf(std::span<const double> rungs, std::size_t first,
                                  Rounding rounding) {
  const double share =
      static_cast<double>(rungs.size()) / static_cast<double>(rungs.size() - first);
  const double fidelity = rungs[first];
  const double most = rounding == Rounding::kUp ? std::ceil(share / fidelity - kTolerance)
                                                : Floor(Floor(share) / fidelity);
  std::vector<std::size_t> widths;
  for (const double rung : rungs.subspan(first)) {
    widths.push_back(
        std::max<std::size_t>(1, static_cast<std::size_t>(Floor(most * fidelity / rung))));
  }
  return widths;
}

Bracket::Bracket(std::size_t first, std::vector<std::size_t> widths)
    : rung_(first), widths_(std::move(widths)), missing_(widths_.front()) {}

const lode::Architecture& Bracket::Begin(lode::Architecture architecture) {
  --missing_;
  under_way_.push_back(std::move(architecture));
  return under_way_.back();
}

std::optional<lode::Architecture> Bracket::NextPromoted() {
  if (promoted_.empty()) { return std::nullopt; }
  under_way_.push_back(std::move(promoted_.front()));
  promoted_.pop_front();
  return under_way_.back();
}

bool Bracket::Tell(lode::ArchitectureView architecture, double reward) {
  if (!TakeUnderWay(architecture)) { return false; }
  results_.push_back({{architecture.begin(), architecture.end()}, reward});
  if (results_.size() == widths_[level_]) { Promote(); }
  return true;
}

bool Bracket::Reject(lode::ArchitectureView architecture) {
  if (level_ > 0) { return Tell(architecture, -std::numeric_limits<double>::infinity()); }
  if (!TakeUnderWay(architecture)) { return false; }
  ++missing_;
  return true;
}

bool Bracket::TakeUnderWay(lode::ArchitectureView architecture) {
  const auto found = std::ranges::find_if(
      under_way_, [&](const lode::Architecture& a) { return std::ranges::equal(a, architecture); });
  if (found == under_way_.end()) { return false; }
  under_way_.erase(found);
  return true;
}

// Of equal rewards the one told first is better.
void Bracket::Promote() {
  ++level_;
  ++rung_;
  if (Ended()) { return; }
  std::ranges::stable_sort(results_, std::greater<>(), &Result::reward);
  for (std::size_t i = 0; i < widths_[level_]; ++i) {
    promoted_.push_back(std::move(results_[i].architecture));
  }
  results_.clear();
}

lode::Proposal Brackets::Next(const std::function<lode::Architecture()>& draw) {
  for (Bracket& bracket : active_) {
    const double fidelity = FidelityOf(bracket.rung());
    if (auto promoted = bracket.NextPromoted()) { return {*std::move(promoted), fidelity}; }
    if (bracket.NeedsNew()) { return {bracket.Begin(draw()), fidelity}; }
  }
  BeginBracket();
  return {active_.back().Begin(draw()), FidelityOf(active_.back().rung())};
}

void Brackets::BeginBracket() {
  active_.emplace_back(first_, WidthsOf(settings_.rungs, first_, settings_.rounding));
  first_ = (first_ + 1) % settings_.rungs.size();
}

std::optional<std::size_t> Brackets::Tell(const lode::Trial& trial) {
  for (auto bracket = active_.begin(); bracket != active_.end(); ++bracket) {
    const std::size_t rung = bracket->rung();
    if (!TellOne(*bracket, trial)) { continue; }
    if (bracket->Ended()) { active_.erase(bracket); }
    return rung;
  }
  return std::nullopt;
}

bool Brackets::TellOne(Bracket& bracket, const lode::Trial& trial) const {
  if (FidelityOf(bracket.rung()) != trial.fidelity) { return false; }
  if (trial.rejected) { return bracket.Reject(trial.architecture); }
  return bracket.Tell(trial.architecture,
                      trial.failed ? -std::numeric_limits<double>::infinity() : trial.reward);
}

}  // namespace hyperband

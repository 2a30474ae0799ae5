#include "core/search/proposer.h"

#include <algorithm>
#include <cmath>

#include "core/plugin/error.h"

namespace lode::core {

Proposer::Proposer(Components& components, std::uint64_t seed,
                   const std::vector<std::string>& given)
    : components_(components), random_(seed, "random_action"), action_(components.space().cells()) {
  for (const std::string& text : given) { given_.push_back(ParseArchitecture(components, text)); }
}

void Proposer::Restore(const std::vector<StoredProposal>& proposals) {
  for (const StoredProposal& stored : proposals) {
    restored_.push_back({stored.action, ParseArchitecture(components_, stored.architecture),
                         stored.architecture, 1});
  }
}

bool Proposer::Explores(std::uint64_t step) {
  bool random = false;
  for (const auto& exploration : components_.explorations()) {
    random = exploration->Explore(step) || random;
  }
  return random;
}

Proposal Proposer::Propose(std::uint64_t step, std::uint64_t attempt, bool random) {
  Proposal proposal;
  if (IsRestored(step)) { return restored_[step]; }
  if (IsGiven(step, attempt)) {
    proposal.architecture = given_[step];
  } else if (random) {
    proposal.action.resize(action_.size());
    DrawAction(step, attempt, proposal.action);
  } else {
    Ask(step, attempt, proposal);
  }
  components_.UseSpace([&] { Describe(proposal); });
  return proposal;
}

// Draws every cell from Uniform(0, 1).
void Proposer::DrawAction(std::uint64_t step, std::uint64_t attempt, Action& action) {
  random_.Restart(step, Phase::kExplore, attempt);
  words_.resize(action.size());
  random_.Fill(words_.data(), words_.size());
  std::ranges::transform(words_, action.begin(), [](std::uint64_t word) {
    return static_cast<float>(word >> 40) * 0x1p-24f;
  });
}

void Proposer::Ask(std::uint64_t step, std::uint64_t attempt, Proposal& proposal) {
  OptimizerInstance& optimizer = components_.optimizer();
  optimizer.Enter(step, Phase::kAsk, attempt);
  proposal.architecture.resize(components_.space().cells());
  const auto proposed = optimizer.Ask(action_, proposal.architecture);
  proposal.fidelity = proposed.fidelity;
  if (proposed.kind == LODE_PROPOSES_ACTION) {
    proposal.action = action_;
    Perturb(step, attempt, proposal.action);
  }
}

void Proposer::Perturb(std::uint64_t step, std::uint64_t attempt, Action& action) {
  for (const auto& exploration : components_.explorations()) {
    exploration->Perturb(step, action, attempt);
  }
  if (attempt > 0) { Scatter(step, attempt, action); }
}

// An optimizer of actions that learns nothing from a rejection would propose nearly the same again.
// Its proposal therefore gets uniform noise whose half-width doubles with every attempt, up to 1,
// and is clamped to [0, 1].
void Proposer::Scatter(std::uint64_t step, std::uint64_t attempt, Action& action) {
  constexpr double kFirst = 0x1p-10;
  const double width = attempt > 10 ? 1 : std::ldexp(kFirst, static_cast<int>(attempt) - 1);
  random_.Restart(step, Phase::kPerturb, attempt);
  const lode::Random random(random_.handle());
  for (float& cell : action) {
    cell = std::clamp(cell + static_cast<float>(random.Uniform(-width, width)), 0.0f, 1.0f);
  }
}

// Sets the architecture of a proposed action, and the text.
void Proposer::Describe(Proposal& proposal) const {
  const lode::Space& space = components_.space();
  try {
    if (!proposal.action.empty()) { proposal.architecture = space.Discretize(proposal.action); }
    proposal.text = FormatArchitecture(space, proposal.architecture);
  } catch (const lode::Error& e) {
    if (e.code() != LODE_E_INVALID) { throw; }
    throw HostError(components_.optimizer().title() + ": its proposal is refused by " +
                    components_.space_title() + ": " + e.what());
  }
}

}  // namespace lode::core

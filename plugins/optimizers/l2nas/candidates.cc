#include "plugins/optimizers/l2nas/candidates.h"

#include <algorithm>
#include <utility>

namespace l2nas {
namespace {

// A cell at 0 or 1 has an infinite logit, which no noise would change.
constexpr double kLeast = 1e-6;

double Logit(float cell) {
  const double p = std::clamp(static_cast<double>(cell), kLeast, 1 - kLeast);
  return lode::math::Log(p / (1 - p));
}

double FromLogit(double x) { return 1 / (1 + lode::math::Exp(-x)); }

}  // namespace

Candidates::Candidates(const lode::Space& space, const Settings& settings)
    : space_(space), settings_(settings), unseen_(space) {
  if (settings.mutants > 0 && !space.CanMutate()) {
    throw lode::UnsupportedError(
        "the space has no mutate, which l2nas needs for mutant_candidates above 0");
  }
}

std::vector<Candidates::Candidate> Candidates::Draw(lode::Random random, std::span<const float> mu,
                                                    const TopK& best) const {
  std::vector<Candidate> candidates;
  std::unordered_set<std::string> drawn;
  const std::pair<Source, std::size_t> sources[] = {
      {Source::kActor, settings_.from_actor},
      {Source::kMutant, best.size() > 0 ? settings_.mutants : 0},
      {Source::kUniform, settings_.uniform}};
  for (const auto& [source, count] : sources) {
    for (std::size_t i = 0; i < count; ++i) {
      lode::Architecture architecture = DrawFrom(source, random, mu, best);
      if (unseen_.IsSeen(architecture)) { continue; }
      if (!drawn.emplace(architecture.begin(), architecture.end()).second) { continue; }
      candidates.push_back({std::move(architecture), source});
    }
  }
  return candidates;
}

lode::Architecture Candidates::DrawFrom(Source source, lode::Random random,
                                        std::span<const float> mu, const TopK& best) const {
  switch (source) {
    case Source::kActor:
      return Perturb(random, mu);
    case Source::kMutant:
      return Mutate(random, best);
    default:
      return space_.Sample(random);
  }
}

// Discretizes sigmoid(logit mu(s) + n), with n normal in each cell.
lode::Architecture Candidates::Perturb(lode::Random random, std::span<const float> mu) const {
  lode::Action action(mu.size());
  std::ranges::transform(mu, action.begin(), [&](float cell) {
    return static_cast<float>(FromLogit(Logit(cell) + settings_.logit_noise * random.Normal()));
  });
  return space_.Discretize(action);
}

// Mutates one of the best architectures once or twice.
lode::Architecture Candidates::Mutate(lode::Random random, const TopK& best) const {
  const std::size_t parents = std::min(settings_.parents, best.size());
  lode::Architecture mutant = space_.Mutate(random, best.architecture(random.Below(parents)));
  if (random.Uniform() < settings_.second_mutation) { mutant = space_.Mutate(random, mutant); }
  return mutant;
}

}  // namespace l2nas

#include "plugins/optimizers/bananas/candidates.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

namespace bananas {

CandidateGenerator::CandidateGenerator(lode::Space space, const Settings& settings)
    : space_(std::move(space)), settings_(settings) {}

std::vector<lode::Architecture> CandidateGenerator::Draw(
    lode::Random random, std::span<const lode::Architecture> parents,
    const std::function<bool(lode::ArchitectureView)>& accepts) const {
  std::vector<lode::Architecture> candidates;
  std::unordered_set<std::string> drawn;
  const auto add = [&](lode::Architecture architecture) {
    if (!accepts(architecture)) { return; }
    if (!drawn.emplace(architecture.begin(), architecture.end()).second) { return; }
    candidates.push_back(std::move(architecture));
  };
  for (const lode::Architecture& parent : parents.first(std::min(parents.size(), most_parents()))) {
    for (std::size_t i = 0; i < Share() && candidates.size() < settings_.mutants; ++i) {
      add(Mutate(random, parent));
    }
  }
  for (std::size_t i = 0; i < settings_.uniform; ++i) { add(space_.Sample(random)); }
  return candidates;
}

std::size_t CandidateGenerator::Share() const {
  return (settings_.mutants + settings_.parents - 1) / settings_.parents;
}

lode::Architecture CandidateGenerator::Mutate(lode::Random random,
                                              const lode::Architecture& parent) const {
  if (!space_.CanMutate()) { return space_.Sample(random); }
  lode::Architecture mutant = space_.Mutate(random, parent);
  while (random.Uniform() < settings_.further_mutation) { mutant = space_.Mutate(random, mutant); }
  return mutant;
}

}  // namespace bananas

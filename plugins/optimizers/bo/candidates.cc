#include "plugins/optimizers/bo/candidates.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "toolkit/sampling/architecture_key.h"

namespace bo {
namespace {

using lode::sampling::KeyOf;

std::size_t PartOf(std::size_t count, std::size_t part) { return (count + part - 1) / part; }

}  // namespace

CandidateGenerator::CandidateGenerator(lode::Space space, const Counts& counts)
    : space_(std::move(space)), counts_(counts) {}

std::vector<lode::Architecture> CandidateGenerator::Draw(
    lode::Random random, std::span<const lode::Architecture> parents, std::size_t part) const {
  std::vector<lode::Architecture> drawn;
  for (const lode::Architecture& parent : parents) {
    for (lode::Architecture& near : Near(random, parent, part)) {
      drawn.push_back(std::move(near));
    }
  }
  for (std::size_t i = 0; i < PartOf(counts_.random, part); ++i) {
    drawn.push_back(space_.Sample(random));
  }
  return drawn;
}

std::vector<lode::Architecture> CandidateGenerator::Near(lode::Random random,
                                                         const lode::Architecture& parent,
                                                         std::size_t part) const {
  std::vector<lode::Architecture> near;
  if (!space_.CanMutate()) { return near; }
  if (space_.CanListNeighbours()) { near = space_.Neighbours(parent); }
  if (near.empty() || near.size() > counts_.one_change) {
    near.clear();
    while (near.size() < PartOf(counts_.one_change, part)) {
      near.push_back(space_.Mutate(random, parent));
    }
  }
  for (std::size_t i = 0; i < PartOf(counts_.two_changes, part); ++i) {
    near.push_back(space_.Mutate(random, space_.Mutate(random, parent)));
  }
  return near;
}

void CandidatePool::Refresh(lode::Random random, std::span<const lode::Architecture> parents,
                            std::size_t observations,
                            const std::function<bool(lode::ArchitectureView)>& accepts,
                            FeatureCache& features) {
  const std::size_t stay = std::max<std::size_t>(1, PartOf(observations, kFewObservations));
  std::erase_if(candidates_, [&](const Candidate& c) { return !accepts(c.architecture); });
  std::unordered_map<std::string, std::size_t> places;
  for (const Candidate& c : candidates_) { places.emplace(KeyOf(c.architecture), places.size()); }
  ++draws_;
  for (lode::Architecture& a : generator_.Draw(random, parents, stay)) {
    const auto known = places.find(KeyOf(a));
    if (known != places.end()) {
      candidates_[known->second].drawn = draws_;
    } else if (accepts(a)) {
      places.emplace(KeyOf(a), candidates_.size());
      const Row& row = features.Of(a);
      candidates_.push_back({std::move(a), row, {}, draws_});
    }
  }
  std::erase_if(candidates_, [&](const Candidate& c) { return c.drawn + stay <= draws_; });
}

}  // namespace bo

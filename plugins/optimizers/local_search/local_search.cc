#include "plugins/optimizers/local_search/local_search.h"

#include <algorithm>
#include <utility>

namespace local_search {

void LocalSearch::Bind(const lode::Space& space) {
  if (!space.CanListNeighbours()) {
    throw lode::UnsupportedError("the space has no neighbors, which local_search needs");
  }
  space_ = space;
  starts_.emplace(space);
}

lode::Architecture LocalSearch::Ask() {
  const lode::Random random = host_.Random();
  ClimbAt climb = HighestWithNeighbours();
  lode::Architecture proposal =
      climb != climbs_.end() ? TakeNeighbour(*climb, random) : starts_->Draw(random);
  if (climb == climbs_.end()) { climb = climbs_.emplace(climb); }
  climb->under_way.push_back(proposal);
  starts_->MarkSeen(proposal);
  return proposal;
}

// Returns the oldest of equally high climbs; end if there is none.
LocalSearch::ClimbAt LocalSearch::HighestWithNeighbours() {
  ClimbAt highest = climbs_.end();
  for (ClimbAt climb = climbs_.begin(); climb != climbs_.end(); ++climb) {
    if (climb->neighbours.empty()) { continue; }
    if (highest == climbs_.end() || climb->position->reward > highest->position->reward) {
      highest = climb;
    }
  }
  return highest;
}

lode::Architecture LocalSearch::TakeNeighbour(Climb& climb, lode::Random random) {
  std::vector<lode::Architecture>& neighbours = climb.neighbours;
  std::swap(neighbours[random.Below(neighbours.size())], neighbours.back());
  lode::Architecture neighbour = std::move(neighbours.back());
  neighbours.pop_back();
  return neighbour;
}

void LocalSearch::Tell(const lode::Trial& trial) {
  starts_->MarkSeen(trial.architecture);
  if (trial.known) { StartAt(trial); }
  if (trial.random) { return; }
  const ClimbAt climb = TakeProposal(trial.architecture);
  if (climb == climbs_.end()) { return; }
  Judge(*climb, trial);
  if (climb->neighbours.empty() && climb->under_way.empty()) { climbs_.erase(climb); }
}

// Lets the first climb start at the best known trial.
void LocalSearch::StartAt(const lode::Trial& trial) {
  if (trial.failed) { return; }
  if (climbs_.empty()) { climbs_.emplace_back(); }
  Climb& climb = climbs_.front();
  if (!climb.position || trial.reward > climb.position->reward) {
    MoveTo(climb, {{trial.architecture.begin(), trial.architecture.end()}, trial.reward});
  }
}

// Returns the oldest climb that the architecture was proposed for, and removes it from those under
// way; end if it was not asked for.
LocalSearch::ClimbAt LocalSearch::TakeProposal(lode::ArchitectureView architecture) {
  const auto same = [&](const lode::Architecture& a) {
    return std::ranges::equal(a, architecture);
  };
  for (auto climb = climbs_.begin(); climb != climbs_.end(); ++climb) {
    const auto at = std::ranges::find_if(climb->under_way, same);
    if (at == climb->under_way.end()) { continue; }
    climb->under_way.erase(at);
    return climb;
  }
  return climbs_.end();
}

void LocalSearch::Judge(Climb& climb, const lode::Trial& trial) {
  const std::optional<Point>& bar = climb.better ? climb.better : climb.position;
  if (!trial.failed && (!bar || trial.reward > bar->reward)) {
    climb.better = Point{{trial.architecture.begin(), trial.architecture.end()}, trial.reward};
  }
  const bool all_judged = climb.neighbours.empty() && climb.under_way.empty();
  if (climb.better && (moves_at_first_ || all_judged)) {
    MoveTo(climb, *std::exchange(climb.better, std::nullopt));
  }
}

void LocalSearch::MoveTo(Climb& climb, Point point) {
  climb.position = std::move(point);
  climb.neighbours = space_->Neighbours(climb.position->architecture);
  std::erase_if(climb.neighbours, [&](const lode::Architecture& neighbour) {
    return std::ranges::count(climb.under_way, neighbour) > 0;
  });
}

}  // namespace local_search

LODE_PLUGIN("lode.local_search", "1.0.0", "Apache-2.0",
            lode::OptimizerComponent<local_search::LocalSearch>(
                "local_search", "1.0.0",
                "Hill climbing over neighbors, restarted at every local optimum.",
                "Moves at the first better neighbor, or to the best of all; restarts at a random "
                "architecture when no neighbor is better. The fastest of the model-free "
                "methods on NAS-Bench-201's CIFAR columns. Needs a space with neighbors. First and "
                "better mean the order in which trials are told, which is that of the steps unless "
                "the pipeline has them told as they finish.",
                LODE_CAP_EXPLORES | LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER));

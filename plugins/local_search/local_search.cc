#include "plugins/local_search/local_search.h"

#include <algorithm>
#include <utility>

void LocalSearch::Bind(const lode::Space& space) {
  if (!space.CanListNeighbours())
    throw lode::UnsupportedError("the space has no neighbours, which local_search needs");
  space_ = space;
  starts_.emplace(space);
}

lode::Architecture LocalSearch::Ask() {
  if (proposal_) throw lode::InvalidError("ask before the last proposal was told");
  const lode::Random random = host_.Random();
  proposal_ = position_ ? TakeNeighbour(random) : starts_->Draw(random);
  return *proposal_;
}

lode::Architecture LocalSearch::TakeNeighbour(lode::Random random) {
  std::swap(neighbours_[random.Below(neighbours_.size())], neighbours_.back());
  lode::Architecture neighbour = std::move(neighbours_.back());
  neighbours_.pop_back();
  return neighbour;
}

void LocalSearch::Tell(const lode::Trial& trial) {
  starts_->MarkSeen(trial.architecture);
  if (!IsAnswer(trial)) return;
  proposal_.reset();
  if (position_) {
    JudgeNeighbour(trial);
  } else if (!trial.failed) {
    MoveTo({{trial.architecture.begin(), trial.architecture.end()}, trial.reward});
  }
}

bool LocalSearch::IsAnswer(const lode::Trial& trial) const {
  return proposal_ && !trial.random && std::ranges::equal(*proposal_, trial.architecture);
}

void LocalSearch::MoveTo(Point point) {
  position_ = std::move(point);
  better_.reset();
  neighbours_ = space_->Neighbours(position_->architecture);
  if (neighbours_.empty()) EndClimb();
}

void LocalSearch::JudgeNeighbour(const lode::Trial& trial) {
  const double bar = better_ ? better_->reward : position_->reward;
  if (!trial.failed && trial.reward > bar)
    better_ = Point{{trial.architecture.begin(), trial.architecture.end()}, trial.reward};
  const bool all_judged = neighbours_.empty();
  if (better_ && (moves_at_first_ || all_judged)) {
    MoveTo(*std::exchange(better_, std::nullopt));
  } else if (all_judged) {
    EndClimb();
  }
}

LODE_PLUGIN("lode.local_search", "1.0.0", "Apache-2.0",
            lode::OptimizerComponent<LocalSearch>(
                "local_search", "1.0.0",
                "Hill climbing over neighbours, restarted at every local optimum.",
                "Moves at the first better neighbour, or to the best of all; starts again at a "
                "random architecture when no neighbour is better. The quickest of the model-free "
                "methods on NAS-Bench-201's CIFAR columns. Needs a space with neighbours.",
                LODE_CAP_EXPLORES));

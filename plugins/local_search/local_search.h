#pragma once

#include <lode/plugin.hpp>
#include <optional>
#include <string>
#include <vector>

#include "plugins/random/fresh_sampler.h"

// Hill climbing with restarts. A climb starts at a random architecture that was not met before and
// has its neighbours evaluated in random order:
//
//   improvement = "first": moves to the first neighbour that is better;
//   improvement = "best":  evaluates all neighbours and moves to the best, if that is better.
//
// At a local optimum (no better neighbour) the next climb starts. Better means a strictly larger
// reward, so climbs end on plateaus too; of equally good neighbours the one met first wins. A
// failed neighbour is no improvement; a failed start is replaced by another. Trials that were not
// asked for do not move the climb.
class LocalSearch {
 public:
  struct Config {
    std::string improvement = "first";
  };
  static lode::Params<Config> Parameters() {
    return {{"improvement", &Config::improvement,
             "Whether to move to the first better neighbour or to the best of all.",
             lode::Choices{{"first", "best"}}}};
  }

  LocalSearch(lode::Host host, const Config& config)
      : host_(host), moves_at_first_(config.improvement == "first") {}

  // Throws UnsupportedError if the space cannot list neighbours.
  void Bind(const lode::Space& space);
  lode::Architecture Ask();
  void Tell(const lode::Trial& trial);

 private:
  struct Point {
    lode::Architecture architecture;
    double reward;
  };

  lode::Architecture TakeNeighbour(lode::Random random);
  bool IsAnswer(const lode::Trial& trial) const;
  void MoveTo(Point point);
  void JudgeNeighbour(const lode::Trial& trial);
  void EndClimb() { position_.reset(); }

  lode::Host host_;
  bool moves_at_first_;
  std::optional<lode::Space> space_;
  std::optional<FreshSampler> starts_;

  std::optional<lode::Architecture> proposal_;  // asked for and not yet told
  std::optional<Point> position_;               // where the climb stands; none before its start
  std::vector<lode::Architecture> neighbours_;  // of position_, not yet proposed
  std::optional<Point> better_;                 // best neighbour so far that improves on position_
};

// What the optimizer has learned, and what it makes of candidates.
#pragma once

#include <cstddef>
#include <deque>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

#include "plugins/optimizers/bo/candidates.h"
#include "plugins/optimizers/bo/features.h"
#include "plugins/optimizers/bo/surrogate.h"

namespace bo {

// A measured architecture.
struct Observation {
  lode::Architecture architecture;
  Row row;
  std::vector<double> objectives;  // larger is better; minus infinity if the trial failed
};

// A surrogate for each of one or two goals; for more, one for a scalar of them. They share their
// rows: all observations while these are at most `capacity`; beyond, the better half of `capacity`
// and others spread evenly over time, chosen again whenever a tenth more has been added.
class Model {
 public:
  struct Settings {
    std::size_t capacity;
    double clip;   // of targets with one goal
    bool believe;  // pending values: what the model expects; else the mean of all values
  };

  Model(const Layout& layout, const Settings& settings);

  void Add(Observation observation);
  // The number of observations that the surrogates have.
  std::size_t rows() const { return rows_.size(); }

  // Takes what was added into account, and the rows of what is being measured. `random` is for the
  // weights of more than two goals. REQUIRES: an observation.
  void Update(std::span<const Row* const> pending, lode::Random random);

  // The best observed architectures, at most `count`, best first, each of another value while there
  // are such: many that are equally good would leave a search on one plateau.
  std::vector<lode::Architecture> Best(std::size_t count) const;

  // Returns the position of the candidate with the largest acquisition: expected improvement of one
  // goal or of the scalar, or expected hypervolume improvement of two goals. REQUIRES: candidates.
  // Keeps in them what it computes. To be called once after each Update.
  std::size_t Choose(std::span<Candidate> candidates) const;

 private:
  bool HasTwoGoals() const { return surrogates_.size() == 2; }
  void MakeSurrogates();
  void TakeRows();
  void SelectRows();
  void TakeValues(lode::Random random);
  void FitIfDue();
  std::vector<double> GoalOf(std::size_t goal) const;
  std::vector<double> Scalars(lode::Random random) const;
  std::vector<double> Merits() const;
  std::size_t ChooseByImprovement(std::span<Projection* const> projections) const;
  std::size_t ChooseByHypervolume(std::span<Projection* const> first,
                                  std::span<Projection* const> second) const;
  std::vector<Projection*> Project(std::span<Candidate> candidates, std::size_t surrogate) const;

  Layout layout_;
  Settings settings_;
  std::deque<Observation> observations_;
  std::size_t taken_ = 0;          // of the observations
  std::vector<std::size_t> rows_;  // those in the surrogates
  std::vector<Surrogate> surrogates_;
  std::vector<std::vector<double>> values_;  // of the rows, for each surrogate
  std::size_t unfitted_ = 0;                 // observations since the last fit
};

}  // namespace bo

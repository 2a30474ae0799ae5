#include "plugins/optimizers/bo/model.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

#include "plugins/optimizers/bo/acquisition.h"
#include "plugins/optimizers/bo/targets.h"

namespace bo {
namespace {

constexpr std::size_t kFitRows = 64;    // hyper-parameters are fitted to at most that many
constexpr std::size_t kFitPeriod = 16;  // and again after 1 / kFitPeriod more observations
constexpr std::size_t kBatch = 32;      // candidates that are solved for at once

// Returns the positions of the values, largest first; of equal ones, the later first.
std::vector<std::size_t> Descending(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.rbegin(), order.rend(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t i) { return values[i]; });
  return order;
}

// Returns the positions with the first of each value moved to the front. REQUIRES: equal values are
// side by side.
std::vector<std::size_t> OneOfEachValueFirst(std::span<const double> values,
                                             std::span<const std::size_t> order) {
  std::vector<std::size_t> firsts, others;
  for (const std::size_t i : order) {
    const bool repeats = !firsts.empty() && values[firsts.back()] == values[i];
    (repeats ? others : firsts).push_back(i);
  }
  std::ranges::copy(others, std::back_inserter(firsts));
  return firsts;
}

// Returns at most `count` positions: the better half of that many, and others spread evenly.
// Ascending.
std::vector<std::size_t> Spread(std::span<const double> merits, std::size_t count) {
  std::vector<std::size_t> order = Descending(merits);
  if (order.size() > count) {
    const auto half = order.begin() + static_cast<std::ptrdiff_t>(count / 2);
    std::sort(half, order.end());
    const std::size_t others = order.size() - count / 2, taken = count - count / 2;
    for (std::size_t i = 0; i < taken; ++i) {
      half[static_cast<std::ptrdiff_t>(i)] = half[static_cast<std::ptrdiff_t>(i * others / taken)];
    }
    order.resize(count);
  }
  std::ranges::sort(order);
  return order;
}

}  // namespace

Model::Model(const Layout& layout, const Settings& settings)
    : layout_(layout), settings_(settings) {}

void Model::Add(Observation observation) { observations_.push_back(std::move(observation)); }

void Model::Update(std::span<const Row* const> pending, lode::Random random) {
  if (surrogates_.empty()) { MakeSurrogates(); }
  TakeRows();
  TakeValues(random);
  FitIfDue();
  for (std::size_t s = 0; s < surrogates_.size(); ++s) {
    surrogates_[s].SetValues(values_[s]);
    surrogates_[s].AppendPending(pending, settings_.believe);
  }
}

void Model::MakeSurrogates() {
  const std::size_t goals = observations_.front().objectives.size();
  surrogates_.assign(goals == 2 ? 2 : 1, Surrogate(layout_));
}

void Model::TakeRows() {
  const std::size_t added = observations_.size() - taken_;
  unfitted_ += added;
  const bool fits = rows_.size() + added <= settings_.capacity + settings_.capacity / 10;
  if (!fits) { return SelectRows(); }
  for (Surrogate& s : surrogates_) { s.Truncate(rows_.size()); }
  for (; taken_ < observations_.size(); ++taken_) {
    rows_.push_back(taken_);
    for (Surrogate& s : surrogates_) { s.AppendRow(observations_[taken_].row); }
  }
}

void Model::SelectRows() {
  taken_ = observations_.size();
  rows_.resize(taken_);
  std::iota(rows_.begin(), rows_.end(), std::size_t{0});
  rows_ = Spread(Merits(), settings_.capacity);
  std::vector<const Row*> chosen;
  for (const std::size_t i : rows_) { chosen.push_back(&observations_[i].row); }
  for (Surrogate& s : surrogates_) { s.SetRows(chosen); }
}

std::vector<double> Model::GoalOf(std::size_t goal) const {
  std::vector<double> values;
  for (const std::size_t i : rows_) { values.push_back(observations_[i].objectives[goal]); }
  return values;
}

// How good each row is, all goals together.
std::vector<double> Model::Merits() const {
  const std::size_t goals = observations_.front().objectives.size();
  std::vector<double> merits(rows_.size(), 0);
  for (std::size_t g = 0; g < goals; ++g) {
    const std::vector<double> scores = NormalScores(GoalOf(g), 0);
    for (std::size_t i = 0; i < merits.size(); ++i) { merits[i] += scores[i]; }
  }
  return merits;
}

void Model::TakeValues(lode::Random random) {
  const std::size_t goals = observations_.front().objectives.size();
  values_.clear();
  if (goals == 1) {
    values_.push_back(NormalScores(GoalOf(0), settings_.clip));
  } else if (goals == 2) {
    for (std::size_t g = 0; g < 2; ++g) { values_.push_back(NormalScores(GoalOf(g), 0)); }
  } else {
    values_.push_back(NormalScores(Scalars(random), settings_.clip));
  }
}

// The augmented Chebyshev function of the goals' scores, with random weights: Knowles, ParEGO, IEEE
// Transactions on Evolutionary Computation 10(1), 2006.
std::vector<double> Model::Scalars(lode::Random random) const {
  constexpr double kSum = 0.05;
  std::vector<double> least(rows_.size(), std::numeric_limits<double>::infinity());
  std::vector<double> sum(rows_.size(), 0);
  for (std::size_t g = 0; g < observations_.front().objectives.size(); ++g) {
    const std::vector<double> scores = NormalScores(GoalOf(g), 0);
    const double best = std::ranges::max(scores);
    const double weight = -lode::math::Log(1 - random.Uniform());
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const double loss = weight * (scores[i] - best);
      least[i] = std::min(least[i], loss);
      sum[i] += loss;
    }
  }
  for (std::size_t i = 0; i < sum.size(); ++i) { least[i] += kSum * sum[i]; }
  return least;
}

void Model::FitIfDue() {
  if (unfitted_ < std::max<std::size_t>(1, observations_.size() / kFitPeriod)) { return; }
  unfitted_ = 0;
  for (std::size_t s = 0; s < surrogates_.size(); ++s) {
    surrogates_[s].Fit(Spread(values_[s], kFitRows), values_[s]);
  }
}

std::vector<lode::Architecture> Model::Best(std::size_t count) const {
  const std::vector<double> merits = surrogates_.size() == 1 ? values_[0] : Merits();
  std::vector<std::size_t> order = OneOfEachValueFirst(merits, Descending(merits));
  order.resize(std::min(order.size(), count));
  std::vector<lode::Architecture> best;
  best.reserve(order.size());
  for (const std::size_t i : order) { best.push_back(observations_[rows_[i]].architecture); }
  return best;
}

std::size_t Model::Choose(std::span<Candidate> candidates) const {
  if (!HasTwoGoals()) { return ChooseByImprovement(Project(candidates, 0)); }
  return ChooseByHypervolume(Project(candidates, 0), Project(candidates, 1));
}

std::vector<Projection*> Model::Project(std::span<Candidate> candidates,
                                        std::size_t surrogate) const {
  std::vector<Projection*> projections;
  for (Candidate& c : candidates) {
    c.projections.resize(surrogates_.size());
    surrogates_[surrogate].Project(c.row, c.projections[surrogate]);
    projections.push_back(&c.projections[surrogate]);
  }
  return projections;
}

// To solve for a new candidate costs the most. New ones come in the order of the improvement that
// the largest possible deviation gives, so most are not needed to know the best.
std::size_t Model::ChooseByImprovement(std::span<Projection* const> projections) const {
  const Surrogate& surrogate = surrogates_[0];
  const double best_value = std::ranges::max(values_[0]);
  std::size_t chosen = 0;
  double largest = -std::numeric_limits<double>::infinity();
  const auto consider = [&](std::size_t c, double improvement) {
    if (improvement <= largest) { return; }
    largest = improvement;
    chosen = c;
  };
  std::vector<std::size_t> fresh;
  std::vector<double> bounds;
  for (std::size_t c = 0; c < projections.size(); ++c) {
    const Projection& p = *projections[c];
    const Normal widest{surrogate.Mean(p), surrogate.MostDeviation(p)};
    const double bound = LogExpectedImprovement(widest, best_value);
    if (p.is_solved()) {
      consider(c, bound);
    } else {
      fresh.push_back(c);
      bounds.push_back(bound);
    }
  }
  const std::vector<std::size_t> order = Descending(bounds);
  for (std::size_t first = 0; first < order.size() && bounds[order[first]] > largest;
       first += kBatch) {
    std::vector<Projection*> batch;
    for (std::size_t i = first; i < std::min(order.size(), first + kBatch); ++i) {
      batch.push_back(projections[fresh[order[i]]]);
    }
    surrogate.Solve(batch);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      consider(fresh[order[first + i]],
               LogExpectedImprovement(surrogate.Predict(*batch[i]), best_value));
    }
  }
  return chosen;
}

std::size_t Model::ChooseByHypervolume(std::span<Projection* const> first,
                                       std::span<Projection* const> second) const {
  std::vector<Pair> points;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    points.push_back({values_[0][i], values_[1][i]});
  }
  constexpr double kMargin = 0.1;  // of the reference to the worst values
  const Hypervolume volume(
      points, {std::ranges::min(values_[0]) - kMargin, std::ranges::min(values_[1]) - kMargin});
  surrogates_[0].Solve(first);
  surrogates_[1].Solve(second);
  std::size_t chosen = 0;
  double largest = -1;
  for (std::size_t c = 0; c < first.size(); ++c) {
    const double improvement = volume.ExpectedImprovement(surrogates_[0].Predict(*first[c]),
                                                          surrogates_[1].Predict(*second[c]));
    if (improvement <= largest) { continue; }
    largest = improvement;
    chosen = c;
  }
  return chosen;
}

}  // namespace bo

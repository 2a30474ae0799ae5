#include "plugins/optimizers/tpe/tpe.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace tpe {

using lode::sampling::Choices;

namespace {

// The order of one goal: trials that keep the limits first, the earlier of equals first.
bool IsBetter(const nsga2::Point& a, const nsga2::Point& b) {
  if (a.violation != b.violation) { return a.violation < b.violation; }
  return a.objectives[0] > b.objectives[0];
}

std::vector<std::size_t> BestOfOneGoal(const std::vector<nsga2::Point>& points, std::size_t count) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(count);
  std::partial_sort(order.begin(), end, order.end(), [&](std::size_t a, std::size_t b) {
    if (IsBetter(points[a], points[b])) { return true; }
    return !IsBetter(points[b], points[a]) && a < b;
  });
  order.resize(count);
  return order;
}

// 1 for the last `recent` of n; before, evenly spaced from 1 / n up to 1.
std::vector<double> Weights(std::size_t n, std::size_t recent) {
  std::vector<double> weights(n, 1);
  if (n <= recent) { return weights; }
  const std::size_t early = n - recent;
  const double first = 1 / static_cast<double>(n);
  weights[0] = first;
  for (std::size_t i = 1; i < early; ++i) {
    weights[i] = first + (1 - first) * static_cast<double>(i) / static_cast<double>(early - 1);
  }
  return weights;
}

}  // namespace

lode::Params<Tpe::Config> Tpe::Parameters() {
  using lode::Range;
  return {{"initial", &Config::initial, "Number of random architectures at the beginning.",
           Range{1, 1e6}},
          {"candidates", &Config::candidates, "Number of candidates of which the best is proposed.",
           Range{1, 1000}},
          {"gamma", &Config::gamma, "Fraction of the trials that count as good.",
           Range{0, 1, true, true}},
          {"most_good", &Config::most_good, "Maximum number of good trials, with one goal.",
           Range{1, 1e6}},
          {"recent", &Config::recent,
           "Number of trials, among those that are not good, with full weight.", Range{1, 1e9}},
          {"repeats", &Config::repeats, "Whether an architecture may be proposed again."}};
}

lode::Presets Tpe::Presets() {
  return {{"fresh",
           "No architecture is proposed twice; the other settings are Optuna's.",
           {{"initial", std::int64_t{10}},
            {"candidates", std::int64_t{24}},
            {"gamma", 0.1},
            {"most_good", std::int64_t{25}},
            {"recent", std::int64_t{25}},
            {"repeats", false}}},
          {"optuna",
           "The defaults of Optuna 5's TPESampler, which proposes architectures again.",
           {{"initial", std::int64_t{10}},
            {"candidates", std::int64_t{24}},
            {"gamma", 0.1},
            {"most_good", std::int64_t{25}},
            {"recent", std::int64_t{25}},
            {"repeats", true}}}};
}

void Tpe::Bind(const lode::Space& space) {
  space_ = space;
  rows_.emplace(space);
  met_.emplace(space);
  good_.emplace(rows_->list());
  others_.emplace(rows_->list());
}

lode::Architecture Tpe::Ask() {
  lode::Architecture proposal = Propose(host_.Random());
  met_->MarkSeen(proposal);
  under_way_.push_back(rows_->Read(proposal));
  return proposal;
}

lode::Architecture Tpe::Propose(lode::Random random) {
  if (succeeded_ < static_cast<std::size_t>(config_.initial)) { return DrawRandom(random); }
  FitMixtures();
  lode::Architecture best;
  double best_quotient = 0;
  std::int64_t found = 0;
  const bool repeats = config_.repeats || met_->exhausted();
  for (std::int64_t tries = config_.candidates * (repeats ? 1 : kTries);
       tries > 0 && found < config_.candidates; --tries) {
    lode::Architecture drawn = rows_->Compose(random, good_->Draw(random));
    if (!repeats && met_->IsSeen(drawn)) { continue; }
    ++found;
    const Choices choices = rows_->Read(drawn);
    const double quotient = good_->RelativeDensity(choices) / others_->RelativeDensity(choices);
    if (best.empty() || quotient > best_quotient) {
      best = std::move(drawn);
      best_quotient = quotient;
    }
  }
  return best.empty() ? DrawRandom(random) : best;
}

lode::Architecture Tpe::DrawRandom(lode::Random random) {
  return config_.repeats ? space_->Sample(random) : met_->Draw(random);
}

std::vector<std::size_t> Tpe::Good() const {
  std::size_t count =
      static_cast<std::size_t>(std::ceil(config_.gamma * static_cast<double>(succeeded_)));
  std::vector<std::size_t> good;
  if (objectives_.get() <= 1) {
    good = BestOfOneGoal(points_, std::min(count, static_cast<std::size_t>(config_.most_good)));
  } else {
    for (const nsga2::Standing& s : nsga2::SelectSurvivors(points_, count)) {
      good.push_back(s.index);
    }
  }
  std::ranges::sort(good);
  return good;
}

void Tpe::FitMixtures() {
  std::vector<bool> is_good(choices_.size());
  for (const std::size_t i : Good()) { is_good[i] = true; }
  std::vector<const Choices*> good, others;
  for (std::size_t i = 0; i < choices_.size(); ++i) {
    (is_good[i] ? good : others).push_back(&choices_[i]);
  }
  for (const Choices& choices : under_way_) { others.push_back(&choices); }
  good_->Fit(good, std::vector<double>(good.size(), 1));
  others_->Fit(others, Weights(others.size(), static_cast<std::size_t>(config_.recent)));
}

void Tpe::Tell(const lode::Trial& trial) {
  met_->MarkSeen(trial.architecture);
  choices_.push_back(rows_->Read(trial.architecture));
  if (!trial.random) { ForgetUnderWay(choices_.back()); }
  if (trial.failed) {
    points_.push_back({{0}, std::numeric_limits<double>::infinity()});
    return;
  }
  objectives_.Take(trial);
  points_.push_back({{trial.objectives.begin(), trial.objectives.end()}, trial.violation});
  ++succeeded_;
}

void Tpe::ForgetUnderWay(const Choices& choices) {
  const auto asked = std::ranges::find(under_way_, choices);
  if (asked != under_way_.end()) { under_way_.erase(asked); }
}

}  // namespace tpe

LODE_PLUGIN(
    "lode.tpe", "1.0.0", "Apache-2.0",
    lode::OptimizerComponent<tpe::Tpe>(
        "tpe", "1.0.0",
        "Tree-structured Parzen estimator: proposes what is frequent among the good trials.",
        "Bergstra, Bardenet, Bengio and Kegl, Algorithms for Hyper-Parameter Optimization, NeurIPS "
        "2011; multivariate, as in Falkner et al., ICML 2018, with the kernels, weights and "
        "defaults of Optuna 5. It learns from several goals, by fronts and crowding distance, and "
        "from limits: trials that break them count as good only if too few others keep them. "
        "Proposals under way, rejected and failed ones count as bad. Unlike Optuna's, it proposes "
        "no architecture twice (preset optuna: it does).",
        LODE_CAP_EXPLORES | LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER));

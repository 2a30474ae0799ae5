#include "plugins/optimizers/bananas/search.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

namespace bananas {
namespace {

std::size_t Count(std::int64_t value) { return static_cast<std::size_t>(value); }

Predictor::Settings PredictorSettings(const PredictorSearch::Config& config) {
  return {.features = {.most_paths = config.encoding == "decisions" ? 0 : Count(config.most_paths),
                       .decisions = config.encoding != "paths"},
          .scale = config.targets == "ranks" ? Scale::kRanks : Scale::kStandard,
          .ensemble = {.networks = Count(config.networks),
                       .layers = Count(config.layers),
                       .width = Count(config.width),
                       .loss = config.loss == "squared" ? lode::predictors::Loss::kSquared
                                                        : lode::predictors::Loss::kAbsolute,
                       .learning_rate = config.learning_rate,
                       .epochs = Count(config.epochs),
                       .batch = Count(config.batch_size),
                       .most_steps = Count(config.most_steps)}};
}

using C = PredictorSearch::Config;
using lode::Range;

lode::Params<C> RoundParameters() {
  return {{"initial", &C::initial, "Number of random architectures before the first round.",
           Range{1, 1e6}},
          {"per_round", &C::per_round, "Number of proposals between two fits of the predictor.",
           Range{1, 1e6}}};
}

lode::Params<C> PredictorParameters() {
  return {
      {"encoding", &C::encoding,
       "What the networks see: the paths of operations in the network, where the space gives its "
       "graph and it has branches; the decisions; or both.",
       lode::Choices{{"paths", "decisions", "both"}}},
      {"most_paths", &C::most_paths,
       "Largest number of paths in the encoding, of which the most frequent are kept.",
       Range{1, 65536}},
      {"targets", &C::targets,
       "What the networks learn: the ranks of rewards, which tell the best apart, or rewards less "
       "their mean, in units of their standard deviation.",
       lode::Choices{{"ranks", "standard"}}},
      {"networks", &C::networks, "Number of networks in the ensemble.", Range{1, 100}},
      {"layers", &C::layers, "Number of hidden layers.", Range{0, 100}},
      {"width", &C::width, "Units in each hidden layer.", Range{1, 1024}},
      {"loss", &C::loss, "Whether the networks' squared or absolute error is least.",
       lode::Choices{{"squared", "absolute"}}},
      lode::Param<C>{"learning_rate", &C::learning_rate, "Adam's learning rate.", Range{0, 1, true}}
          .LogScale(),
      {"epochs", &C::epochs, "How often a fit goes through all trials.", Range{1, 1e6}},
      {"batch_size", &C::batch_size, "Trials in a step of a fit.", Range{1, 65536}},
      lode::Param<C>{"most_steps", &C::most_steps,
                     "Largest number of steps of a network in a fit, which ends the epochs early "
                     "where there are many trials.",
                     Range{1, 1e9}}
          .Unit("steps")};
}

lode::Params<C> CandidateParameters() {
  return {
      {"mutants", &C::mutants, "Number of candidates that are mutations of the best.",
       Range{0, 10000}},
      {"parents", &C::parents, "Number of best architectures that have an equal share in them.",
       Range{1, 10000}},
      {"further_mutation", &C::further_mutation,
       "Probability that a mutation is mutated once more, and again after that.", Range{0, 0.99}},
      {"uniform", &C::uniform, "Number of candidates drawn from the whole space.",
       Range{0, 10000}}};
}

}  // namespace

lode::Params<C> PredictorSearch::Parameters() {
  lode::Params<C> all = RoundParameters();
  for (const lode::Params<C>& more : {PredictorParameters(), CandidateParameters()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

lode::Preset PredictorSearch::Quick() {
  return {"quick",
          "Small networks that learn ranks, with few steps, which take far less time.",
          {{"initial", std::int64_t{10}},
           {"per_round", std::int64_t{5}},
           {"encoding", "both"},
           {"most_paths", std::int64_t{128}},
           {"targets", "ranks"},
           {"networks", std::int64_t{3}},
           {"layers", std::int64_t{2}},
           {"width", std::int64_t{32}},
           {"loss", "squared"},
           {"learning_rate", 0.003},
           {"epochs", std::int64_t{30}},
           {"batch_size", std::int64_t{32}},
           {"most_steps", std::int64_t{1000}},
           {"mutants", std::int64_t{100}},
           {"parents", std::int64_t{10}},
           {"further_mutation", 0.3},
           {"uniform", std::int64_t{50}}}};
}

double ThompsonSample(lode::Random random, const Prediction& prediction) {
  return prediction.mean + prediction.deviation * random.Normal();
}

double ExpectedValue(lode::Random, const Prediction& prediction) { return prediction.mean; }

void PredictorSearch::Bind(const lode::Space& space) {
  met_.emplace(space);
  predictor_.emplace(host_, space, PredictorSettings(config_));
  generator_.emplace(space,
                     CandidateGenerator::Settings{.mutants = Count(config_.mutants),
                                                  .parents = Count(config_.parents),
                                                  .further_mutation = config_.further_mutation,
                                                  .uniform = Count(config_.uniform)});
}

lode::Architecture PredictorSearch::Ask() {
  const lode::Random random = host_.Random();
  lode::Architecture proposal = NeedsInitial() ? met_->Draw(random) : Propose(random);
  met_->MarkSeen(proposal);
  ++under_way_;
  return proposal;
}

bool PredictorSearch::NeedsInitial() const {
  return succeeded_ == 0 || succeeded_ + under_way_ < Count(config_.initial);
}

lode::Architecture PredictorSearch::Propose(lode::Random random) {
  DropSeen();
  if (round_.empty()) { StartRound(random); }
  if (round_.empty()) { return met_->Draw(random); }
  lode::Architecture proposal = std::move(round_.front());
  round_.pop_front();
  return proposal;
}

// What was told meanwhile, because exploration drew it.
void PredictorSearch::DropSeen() {
  std::erase_if(round_, [&](const lode::Architecture& a) { return met_->IsSeen(a); });
}

void PredictorSearch::StartRound(lode::Random random) {
  std::vector<lode::Architecture> candidates =
      generator_->Draw(random, predictor_->Best(generator_->most_parents()),
                       [&](lode::ArchitectureView a) { return !met_->IsSeen(a); });
  if (candidates.empty()) { return; }
  predictor_->Fit(random);
  const std::vector<double> values = ValuesOf(random, candidates);
  std::vector<std::size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t i) { return values[i]; });
  order.resize(std::min(order.size(), Count(config_.per_round)));
  for (const std::size_t i : order) { round_.push_back(std::move(candidates[i])); }
}

std::vector<double> PredictorSearch::ValuesOf(lode::Random random,
                                              std::span<const lode::Architecture> candidates) {
  std::vector<double> values;
  for (const Prediction& p : predictor_->Predict(candidates)) {
    values.push_back(acquisition_(random, p));
  }
  return values;
}

void PredictorSearch::Tell(const lode::Trial& trial) {
  met_->MarkSeen(trial.architecture);
  if (!trial.random && under_way_ > 0) { --under_way_; }
  if (trial.reused) { return; }
  if (!trial.failed) { ++succeeded_; }
  predictor_->Add(trial.architecture,
                  trial.failed ? -std::numeric_limits<double>::infinity() : trial.reward);
}

}  // namespace bananas

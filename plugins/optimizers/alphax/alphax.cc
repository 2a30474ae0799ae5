#include "plugins/optimizers/alphax/alphax.h"

#include <algorithm>
#include <utility>

#include "toolkit/sampling/architecture_key.h"

namespace alphax {
namespace {

using lode::sampling::KeyOf;

double Mean(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) { sum += value; }
  return sum / static_cast<double>(values.size());
}

bool StartsWith(const Choices& choices, const Choices& prefix) {
  return std::equal(prefix.begin(), prefix.end(), choices.begin());
}

}  // namespace

lode::Params<AlphaX::Config> AlphaX::Parameters() {
  using lode::Param;
  using lode::Range;
  return {
      {"ucb_constant", &Config::ucb_constant,
       "How much UCB1 adds for nodes with few visits (c); values are about 0 to 1.",
       Range{0, 1000}},
      {"rollouts", &Config::rollouts,
       "Number of rollouts of a simulation whose rewards the network predicts (k); with 0 there is "
       "no network.",
       Range{0, 1000}},
      {"best_rollout", &Config::best_rollout,
       "Whether the new rollout with the largest predicted reward is proposed, instead of the "
       "first."},
      {"relative_rewards", &Config::relative_rewards,
       "Whether the median of the rewards so far counts 1/2, the best 1 and all far below the "
       "median 0; otherwise rewards are expected to be about 0 to 1."},
      Param<Config>("train_interval", &Config::train_interval,
                    "Number of results from one training of the network to the next.",
                    Range{1, 1e6})
          .Unit("results"),
      {"epochs", &Config::epochs, "Epochs of a training, over all results so far.", Range{1, 1000}},
      {"max_batches", &Config::max_batches, "Maximum number of batches of a training.",
       Range{1, 1e6}},
      {"batch_size", &Config::batch_size, "Results in a batch.", Range{1, 65536}},
      Param<Config>("learning_rate", &Config::learning_rate,
                    "Adam's learning rate for the network.", Range{0, 1, true})
          .LogScale(),
      {"outer_width", &Config::outer_width,
       "Units in the first and in the last of the network's four hidden layers.", Range{1, 2048}},
      {"inner_width", &Config::inner_width, "Units in each of the two hidden layers between.",
       Range{1, 2048}}};
}

lode::Presets AlphaX::Presets() {
  return {
      {"measured",
       "Rewards relative to those so far, and a small network that is trained often and chooses "
       "among the rollouts.",
       {{"ucb_constant", 0.2},
        {"rollouts", std::int64_t{32}},
        {"best_rollout", true},
        {"relative_rewards", true},
        {"train_interval", std::int64_t{10}},
        {"epochs", std::int64_t{20}},
        {"max_batches", std::int64_t{50}},
        {"batch_size", std::int64_t{16}},
        {"learning_rate", 3e-3},
        {"outer_width", std::int64_t{32}},
        {"inner_width", std::int64_t{32}}}},
      {"paper",
       "The paper's constant (its code has 2) and the settings of its code, for rewards from 0 "
       "to 1, such as accuracies. The code's network is wider: outer_width 512, inner_width "
       "2048.",
       {{"ucb_constant", 0.5},
        {"rollouts", std::int64_t{10}},
        {"best_rollout", false},
        {"relative_rewards", false},
        {"train_interval", std::int64_t{100}},
        {"epochs", std::int64_t{20}},
        {"max_batches", std::int64_t{1000000}},
        {"batch_size", std::int64_t{128}},
        {"learning_rate", 2e-4},
        {"outer_width", std::int64_t{64}},
        {"inner_width", std::int64_t{256}}}}};
}

void AlphaX::Bind(const lode::Space& space) {
  space_ = space;
  rows_.emplace(space);
  tree_.emplace(rows_->list());
  network_.emplace(space.cells(), NetworkSettings());
}

ValueNetwork::Settings AlphaX::NetworkSettings() const {
  const auto count = [](std::int64_t n) { return static_cast<std::size_t>(n); };
  return {.outer_width = count(config_.outer_width),
          .inner_width = count(config_.inner_width),
          .learning_rate = config_.learning_rate,
          .batch_size = count(config_.batch_size),
          .epochs = count(config_.epochs),
          .max_batches = count(config_.max_batches),
          .interval = count(config_.train_interval)};
}

lode::Architecture AlphaX::Ask() {
  const lode::Random random = host_.Random();
  TrainIfDue(random);
  while (!tree_->exhausted()) {
    const Choices prefix = tree_->Select(random, Interval(), config_.ucb_constant);
    if (auto simulation = Simulate(random, prefix)) {
      Begin(prefix, *simulation);
      return std::move(simulation->architecture);
    }
  }
  return space_->Sample(random);
}

// In Ask rather than in Tell, which may get several trials with the same random numbers.
void AlphaX::TrainIfDue(lode::Random random) {
  if (config_.rollouts > 0 && network_->IsDue()) { network_->Train(random, Interval()); }
}

std::optional<AlphaX::Simulation> AlphaX::Simulate(lode::Random random, const Choices& prefix) {
  auto first = DrawUnseen(random, prefix);
  if (!first) { return std::nullopt; }
  if (!network_->trained()) { return Simulation{*std::move(first), std::nullopt}; }
  std::vector<lode::Architecture> rollouts{*std::move(first)};
  for (std::int64_t k = 0; k < config_.rollouts; ++k) {
    rollouts.push_back(RollOut(random, prefix));
  }
  const std::vector<double> rewards = RewardsOf(rollouts);
  std::size_t chosen = 0;
  for (std::size_t i = 1; config_.best_rollout && i < rollouts.size(); ++i) {
    if (rewards[i] > rewards[chosen] && !IsSeen(rollouts[i])) { chosen = i; }
  }
  return Simulation{std::move(rollouts[chosen]), Mean(std::span(rewards).subspan(1))};
}

// If a rollout of the node was seen before, tries one of its children, at random, down to a leaf.
std::optional<lode::Architecture> AlphaX::DrawUnseen(lode::Random random, Choices prefix) {
  while (true) {
    lode::Architecture architecture = RollOut(random, prefix);
    if (!StartsWith(rows_->Read(architecture), prefix)) { break; }
    if (!IsSeen(architecture)) { return architecture; }
    const auto child = tree_->DrawOpenChild(random, prefix);
    if (!child) { return std::nullopt; }
    prefix.push_back(*child);
  }
  tree_->Close(prefix);
  return std::nullopt;
}

// The cells that the prefix has chosen are above all others, and those of its rows that it has not
// chosen below.
lode::Architecture AlphaX::RollOut(lode::Random random, const Choices& prefix) const {
  lode::Action action(space_->cells());
  for (std::size_t r = 0; r < rows_->size(); ++r) {
    const lode::sampling::Row& row = rows_->list()[r];
    if (r >= prefix.size()) {
      const auto cells = std::span(action).subspan(row.first, row.columns);
      std::ranges::generate(cells, [&] { return static_cast<float>(random.Uniform(0.25, 0.75)); });
    } else if (prefix[r] < row.columns) {
      action[row.first + prefix[r]] = 1;
    }
  }
  return space_->Discretize(action);
}

bool AlphaX::IsSeen(lode::ArchitectureView architecture) const {
  return tree_->IsClosed(rows_->Read(architecture));
}

// Those that were told where they are known, predicted ones elsewhere.
std::vector<double> AlphaX::RewardsOf(const std::vector<lode::Architecture>& rollouts) {
  std::vector<double> rewards = network_->Predict(rollouts);
  for (std::size_t i = 0; i < rollouts.size(); ++i) {
    const auto told = told_.find(KeyOf(rollouts[i]));
    if (told != told_.end()) { rewards[i] = Clipped(told->second.value_or(Interval().low)); }
  }
  return rewards;
}

void AlphaX::Begin(const Choices& prefix, const Simulation& simulation) {
  Choices choices = rows_->Read(simulation.architecture);
  tree_->Close(choices);
  tree_->Begin(prefix);
  under_way_.push_back({std::move(choices), prefix.size(), simulation.predicted});
  host_.Record("depth", static_cast<double>(prefix.size()));
  if (simulation.predicted) { host_.Record("predicted_reward", *simulation.predicted); }
}

void AlphaX::Tell(const lode::Trial& trial) {
  const Choices choices = rows_->Read(trial.architecture);
  Learn(trial, trial.random ? BeginUnasked(choices) : TakeUnderWay(choices));
}

AlphaX::UnderWay AlphaX::TakeUnderWay(const Choices& choices) {
  const auto at = std::ranges::find(under_way_, choices, &UnderWay::choices);
  if (at == under_way_.end()) { return BeginUnasked(choices); }
  UnderWay taken = std::move(*at);
  under_way_.erase(at);
  return taken;
}

AlphaX::UnderWay AlphaX::BeginUnasked(const Choices& choices) {
  const std::size_t depth = tree_->VisitedDepth(choices);
  tree_->Close(choices);
  tree_->Begin(std::span(choices).first(depth));
  return {choices, depth, std::nullopt};
}

void AlphaX::Learn(const lode::Trial& trial, const UnderWay& proposal) {
  const auto reward = trial.failed ? std::nullopt : std::optional(trial.reward);
  network_->Add(trial.architecture, reward);
  told_[KeyOf(trial.architecture)] = reward;
  if (!reward) { return; }
  scale_.Add(*reward);
  const double measured = Clipped(*reward);
  tree_->Succeed(std::span(proposal.choices).first(proposal.depth),
                 (measured + proposal.predicted.value_or(measured)) / 2);
}

RewardInterval AlphaX::Interval() const {
  return config_.relative_rewards ? scale_.interval() : RewardInterval{};
}

double AlphaX::Clipped(double reward) const { return std::max(reward, Interval().low); }

}  // namespace alphax

LODE_PLUGIN(
    "lode.alphax", "1.0.0", "Apache-2.0",
    lode::OptimizerComponent<alphax::AlphaX>(
        "alphax", "1.0.0", "Monte Carlo tree search with a value network (AlphaX).",
        "Wang et al., Neural Architecture Search using Deep Neural Networks and Monte Carlo Tree "
        "Search, AAAI 2020. The levels of the tree are the rows of the space's matrices. A search "
        "step descends by UCB1 to a node that was not visited, completes its choices at random, "
        "has the result measured, and adds the mean of its reward and of the rewards that the "
        "network predicts for other completions to the node and to all above it. What fails or is "
        "rejected by a limit counts as the lowest value, and so do proposals under way. No "
        "architecture is proposed twice.\n\n"
        "The defaults take rewards of any size. The paper's settings (preset paper) want rewards "
        "from 0 to 1: in a pipeline on accuracies in percent, transform = \"identity\" and scale = "
        "0.01.",
        LODE_CAP_EXPLORES | LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER));

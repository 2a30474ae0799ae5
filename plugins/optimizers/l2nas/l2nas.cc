#include "plugins/optimizers/l2nas/l2nas.h"

#include <algorithm>
#include <utility>

namespace l2nas {
namespace {

constexpr std::uint64_t kPolicyMagic = 0x314c4f5053414e32;  // "2NASPOL1"

constexpr char kDoc[] =
    "Mills et al., L2NAS: Learning to Optimize Neural Architectures via Continuous-Action "
    "Reinforcement Learning, CIKM 2021. An actor maps the state, the mean of the best "
    "architectures so far, to an action; a critic learns the upper quantile of the reward of an "
    "action by the check loss; the actor ascends the critic. Exploration at random comes from the "
    "pipeline: epsilon_greedy on NAS-Bench-201, warm_up on DARTS and Once-for-All.\n\n"
    "The defaults are those of the paper's NAS-Bench-201 experiment except for the actor's "
    "learning rate, which the paper prints as 1e-8 without saying how the networks are "
    "initialized. With orthogonal weights and output layers scaled by 1e-3 (preset paper) that "
    "rate comes close to the paper's Table 1; with LibTorch's usual initialization it collapses. "
    "With the usual initialization and 1e-4 (preset robust) the search is robust.\n\n"
    "The paper leaves choices open. Here the state starts at zeros; while fewer than K "
    "architectures are known it is the mean of those; it keeps K distinct ones, each with its best "
    "reward, and of equal rewards the one told first. It learns from each trial when it is told, "
    "in "
    "any order of steps, with the state at that time. A proposal may leave [0, 1] by the noise. A "
    "saved "
    "policy holds both networks with Adam's moments; the top K and the replay buffer start empty.";

// A smaller epsilon could vanish next to a moment of zero, and Adam would divide zero by zero.
constexpr double kLeastEpsilon = 1e-30;

// Noise that leads away from failing architectures, scattered like the host's retries after a
// rejection.
constexpr double kFirstWidth = 0x1p-10;
constexpr int kMostAttempts = 64;

std::string BytesOf(lode::ArchitectureView architecture) {
  return {architecture.begin(), architecture.end()};
}

}  // namespace

lode::Params<L2nas::Config> L2nas::Parameters() {
  using C = Config;
  using lode::Range;
  const Range unit{0, 1, true, true};
  return {
      {"top_k", &C::top_k, "Number of best distinct architectures whose mean is the state (K).",
       Range{1, 1e6}},
      {"quantile", &C::quantile, "Quantile of the reward that the critic learns (tau).", unit},
      {"batch_size", &C::batch_size, "Trials in a batch (|B|), drawn with replacement.",
       Range{1, 65536}},
      {"max_batches", &C::max_batches, "Maximum number of batches trained on in a step (C_max).",
       Range{1, 65536}},
      {"noise", &C::noise, "Half-width of the uniform noise on the actor's output (xi, eq. 4).",
       Range{0, 1}},
      lode::Param<C>{"actor_learning_rate", &C::actor_learning_rate,
                     "Adam's learning rate for the actor.", Range{0, 1, true}}
          .LogScale(),
      lode::Param<C>{"critic_learning_rate", &C::critic_learning_rate,
                     "Adam's learning rate for the critic.", Range{0, 1, true}}
          .LogScale(),
      {"beta1", &C::beta1, "Adam's decay of the mean of gradients.", Range{0, 1, false, true}},
      {"beta2", &C::beta2, "Adam's decay of the mean of squared gradients.",
       Range{0, 1, false, true}},
      lode::Param<C>{"epsilon", &C::epsilon, "Adam's guard against division by zero.",
                     Range{kLeastEpsilon, 1}}
          .LogScale(),
      {"hidden_width", &C::hidden_width, "Units in each of the three hidden layers.",
       Range{1, 4096}},
      {"replay_capacity", &C::replay_capacity,
       "Number of last trials that the replay buffer keeps, at least batch_size; 0 keeps all.",
       Range{0, 1e9}},
      {"initialization", &C::initialization,
       "How the networks start: uniform, as LibTorch's Linear does, or orthogonal with zero "
       "biases.",
       lode::Choices{{"uniform", "orthogonal"}}},
      {"output_scale", &C::output_scale, "Factor on the output layers' initial weights and biases.",
       Range{0, 1, true}},
  };
}

lode::Presets L2nas::Presets() {
  return {
      {"robust",
       "LibTorch's usual initialization with an actor learning rate that works.",
       {{"actor_learning_rate", 1e-4}, {"initialization", "uniform"}, {"output_scale", 1.0}}},
      {"paper",
       "The paper's actor learning rate, with the initialization that makes it work.",
       {{"actor_learning_rate", 1e-8}, {"initialization", "orthogonal"}, {"output_scale", 1e-3}}}};
}

L2nas::L2nas(lode::Host host, const Config& config) : host_(host), config_(config) {
  if (config.replay_capacity > 0 && config.replay_capacity < config.batch_size) {
    throw lode::InvalidError("replay_capacity is " + std::to_string(config.replay_capacity) +
                             ", and a buffer below batch_size " +
                             std::to_string(config.batch_size) +
                             " would never train: expected at least that, or 0 to keep all trials");
  }
}

void L2nas::Bind(const lode::Space& space) {
  space_.emplace(space);
  cells_ = space.cells();
  agent_.emplace(NewAgent());
  if (config_.initialization == "orthogonal") {
    agent_->actor().InitializeOrthogonal(host_.Random(), config_.output_scale);
    agent_->critic().InitializeOrthogonal(host_.Random(), config_.output_scale);
  } else {
    agent_->actor().InitializeUniform(host_.Random(), config_.output_scale);
    agent_->critic().InitializeUniform(host_.Random(), config_.output_scale);
  }
  top_k_.emplace(static_cast<std::size_t>(config_.top_k), cells_);
  replay_.emplace(Padded(cells_), static_cast<std::size_t>(config_.replay_capacity));
  state_.assign(Padded(cells_), 0.0f);
  action_.assign(Padded(cells_), 0.0f);
}

Agent::Settings L2nas::AgentSettings() const {
  const AdamSettings actor{config_.actor_learning_rate, config_.beta1, config_.beta2,
                           config_.epsilon};
  const AdamSettings critic{config_.critic_learning_rate, config_.beta1, config_.beta2,
                            config_.epsilon};
  return {cells_, static_cast<std::size_t>(config_.hidden_width), config_.quantile, actor, critic};
}

Agent L2nas::NewAgent() const { return Agent(AgentSettings()); }

lode::Action L2nas::Ask() {
  const std::span<const float> mu = agent_->Act(state_.data());
  lode::Action action(mu.begin(), mu.end());
  const lode::Random random = host_.Random();
  for (float& cell : action) {
    cell += static_cast<float>(random.Uniform(-config_.noise, config_.noise));
  }
  AvoidFailure(action);
  return action;
}

bool L2nas::Fails(lode::ActionView action) const {
  if (failures_.empty()) { return false; }
  const auto at = failures_.find(BytesOf(space_->Discretize(action)));
  return at != failures_.end() && at->second >= kFailures;
}

void L2nas::AvoidFailure(lode::Action& action) const {
  const lode::Random random = host_.Random();
  double width = kFirstWidth;
  for (int attempt = 0; attempt < kMostAttempts && Fails(action); ++attempt) {
    for (float& cell : action) {
      cell = std::clamp(cell + static_cast<float>(random.Uniform(-width, width)), 0.0f, 1.0f);
    }
    width = std::min(2 * width, 1.0);
  }
}

// The host handles rejections: it asks again in the same step.
void L2nas::CountFailure(const lode::Trial& trial) {
  if (!trial.rejected) { ++failures_[BytesOf(trial.architecture)]; }
}

void L2nas::Tell(const lode::Trial& trial) {
  if (trial.failed) {
    CountFailure(trial);
    return;
  }
  if (!failures_.empty()) { failures_.erase(BytesOf(trial.architecture)); }
  Remember(trial);
  top_k_->Add(trial.architecture, trial.reward);
  top_k_->WriteState(state_.data());
  Train();
}

// Stores (s_t, alpha_t, r_t): the state is the one before learning from this trial.
void L2nas::Remember(const lode::Trial& trial) {
  if (trial.action.empty()) {
    std::ranges::transform(trial.architecture, action_.begin(),
                           [](std::uint8_t one) { return static_cast<float>(one); });
  } else {
    std::ranges::copy(trial.action, action_.begin());
  }
  replay_->Add(state_, action_, static_cast<float>(trial.reward));
}

void L2nas::Train() {
  const auto batch_size = static_cast<std::size_t>(config_.batch_size);
  const std::size_t count =
      BatchCount(replay_->size(), batch_size, static_cast<std::size_t>(config_.max_batches));
  if (count == 0) { return; }
  const lode::Random random = host_.Random();
  Agent::Losses sum{0, 0};
  for (std::size_t c = 0; c < count; ++c) {
    replay_->Draw(random, batch_size, batch_);
    const Agent::Losses losses = agent_->Train(batch_);
    sum.critic += losses.critic;
    sum.actor_value += losses.actor_value;
  }
  host_.Record("critic_loss", sum.critic / static_cast<double>(count));
  host_.Record("actor_value", sum.actor_value / static_cast<double>(count));
}

void L2nas::Save(lode::Writer& writer) const {
  if (!agent_) { throw lode::InvalidError("save before bind"); }
  writer.Value(kPolicyMagic);
  writer.Value(static_cast<std::uint64_t>(cells_));
  writer.Value(static_cast<std::uint64_t>(config_.hidden_width));
  agent_->Save(writer);
}

void L2nas::Load(lode::Reader& reader) {
  if (!agent_) { throw lode::InvalidError("load before bind"); }
  if (reader.Value<std::uint64_t>() != kPolicyMagic) {
    throw lode::InvalidError("not a saved policy of l2nas");
  }
  const auto cells = reader.Value<std::uint64_t>();
  const auto width = reader.Value<std::uint64_t>();
  if (cells != cells_ || width != static_cast<std::uint64_t>(config_.hidden_width)) {
    throw lode::InvalidError("the saved policy is for " + std::to_string(cells) +
                             " cells and hidden_width " + std::to_string(width) +
                             ", this search has " + std::to_string(cells_) + " and " +
                             std::to_string(config_.hidden_width));
  }
  Agent loaded = NewAgent();
  loaded.Load(reader);
  agent_.emplace(std::move(loaded));
}

const lode_component* Component() {
  return lode::OptimizerComponent<L2nas>(
      "l2nas", "1.0.0", "Continuous-action reinforcement learning with a quantile critic.", kDoc,
      LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER);
}

}  // namespace l2nas

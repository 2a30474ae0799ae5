#include "plugins/optimizers/l2nas/l2nas.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "toolkit/sampling/architecture_key.h"

namespace l2nas {
namespace {

using lode::sampling::KeyOf;

constexpr std::uint64_t kPolicyMagic = 0x314c4f5053414e32;    // "2NASPOL1"
constexpr std::uint64_t kEnsembleMagic = 0x324c4f5053414e32;  // "2NASPOL2"

// Noise that leads away from failing architectures, scattered like the host's retries after a
// rejection.
constexpr double kFirstWidth = 0x1p-10;
constexpr int kMostAttempts = 64;

}  // namespace

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
  candidates_.emplace(space, CandidateSettings());
  agent_.emplace(NewAgent());
  Initialize(agent_->actor());
  for (std::size_t i = 0; i < agent_->critics(); ++i) { Initialize(agent_->critic(i)); }
  top_k_.emplace(static_cast<std::size_t>(config_.top_k), cells_);
  replay_.emplace(Padded(cells_), static_cast<std::size_t>(config_.replay_capacity));
  state_.assign(Padded(cells_), 0.0f);
  action_.assign(Padded(cells_), 0.0f);
  batches_.resize(agent_->critics());
}

Candidates::Settings L2nas::CandidateSettings() const {
  const auto count = [](std::int64_t n) { return static_cast<std::size_t>(n); };
  return {.from_actor = count(config_.actor_candidates),
          .mutants = count(config_.mutant_candidates),
          .uniform = count(config_.uniform_candidates),
          .logit_noise = config_.logit_noise,
          .parents = count(config_.parents),
          .second_mutation = config_.second_mutation};
}

Agent::Settings L2nas::AgentSettings() const {
  const AdamSettings actor{config_.actor_learning_rate, config_.beta1, config_.beta2,
                           config_.epsilon};
  const AdamSettings critic{config_.critic_learning_rate, config_.beta1, config_.beta2,
                            config_.epsilon};
  return {cells_, static_cast<std::size_t>(config_.hidden_width), config_.quantile, actor,
          critic, static_cast<std::size_t>(config_.critics),      CompetingRows()};
}

std::vector<std::size_t> L2nas::CompetingRows() const {
  std::vector<std::size_t> rows;
  if (!config_.rows_compete) { return rows; }
  for (const lode::Matrix& matrix : space_->matrices()) {
    rows.insert(rows.end(), matrix.rows(), matrix.columns());
  }
  return rows;
}

Agent L2nas::NewAgent() const { return Agent(AgentSettings()); }

void L2nas::Initialize(Mlp& network) {
  if (config_.initialization == "orthogonal") {
    network.InitializeOrthogonal(host_.Random(), config_.output_scale);
  } else {
    network.InitializeUniform(host_.Random(), config_.output_scale);
  }
}

std::variant<lode::Action, lode::Architecture> L2nas::Ask() {
  const lode::Random random = host_.Random();
  if (Explores(random)) { return DrawUnseen(random); }
  if (candidates_->enabled()) { return BestCandidate(random); }
  return NoisyAction(random);
}

// The probability falls along a cosine from explore_start to explore_end while explore_steps
// architectures become known, and stays there.
bool L2nas::Explores(lode::Random random) const {
  if (config_.explore_start == 0 && config_.explore_end == 0) { return false; }
  const double x =
      std::min(static_cast<double>(told_.size()) / static_cast<double>(config_.explore_steps), 1.0);
  const double share = (1 + lode::math::CosPi(x)) / 2;
  return random.Uniform() <
         config_.explore_end + (config_.explore_start - config_.explore_end) * share;
}

lode::Architecture L2nas::DrawUnseen(lode::Random random) {
  lode::Architecture architecture = candidates_->DrawUnseen(random);
  candidates_->MarkSeen(architecture);
  return architecture;
}

// The candidate with the largest mean + deviations * standard deviation of the critics.
lode::Architecture L2nas::BestCandidate(lode::Random random) {
  const auto candidates = candidates_->Draw(random, agent_->Act(state_.data()), *top_k_);
  if (candidates.empty()) { return DrawUnseen(random); }
  const std::size_t row = Padded(cells_);
  std::vector<float> inputs(candidates.size() * row);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    std::ranges::copy(candidates[i].architecture,
                      inputs.begin() + static_cast<std::ptrdiff_t>(i * row));
  }
  const std::vector<double> values = agent_->Values(inputs, config_.deviations);
  const auto best = std::ranges::max_element(values) - values.begin();
  const Candidates::Candidate& chosen = candidates[static_cast<std::size_t>(best)];
  candidates_->MarkSeen(chosen.architecture);
  host_.Record("candidate_source", static_cast<double>(chosen.source));
  return chosen.architecture;
}

// mu(s) + z, eq. 4.
lode::Action L2nas::NoisyAction(lode::Random random) {
  const std::span<const float> mu = agent_->Act(state_.data());
  lode::Action action(mu.begin(), mu.end());
  for (float& cell : action) {
    cell += static_cast<float>(random.Uniform(-config_.noise, config_.noise));
  }
  AvoidFailure(random, action);
  return action;
}

bool L2nas::Fails(lode::ActionView action) const {
  if (failures_.empty()) { return false; }
  const auto at = failures_.find(KeyOf(space_->Discretize(action)));
  return at != failures_.end() && at->second >= kFailures;
}

void L2nas::AvoidFailure(lode::Random random, lode::Action& action) const {
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
  if (!trial.rejected) { ++failures_[KeyOf(trial.architecture)]; }
}

void L2nas::Tell(const lode::Trial& trial) {
  candidates_->MarkSeen(trial.architecture);
  if (trial.failed) {
    CountFailure(trial);
    return;
  }
  if (!failures_.empty()) { failures_.erase(KeyOf(trial.architecture)); }
  Remember(trial);
  UpdateState(trial);
  Train();
}

// Stores (s_t, alpha_t, r_t): the state is the one before learning from this trial.
void L2nas::Remember(const lode::Trial& trial) {
  if (trial.action.empty() || config_.critic_input == "architecture") {
    std::ranges::transform(trial.architecture, action_.begin(),
                           [](std::uint8_t one) { return static_cast<float>(one); });
  } else {
    std::ranges::copy(trial.action, action_.begin());
  }
  replay_->Add(state_, action_, static_cast<float>(trial.reward));
  const bool is_new = told_.insert(KeyOf(trial.architecture)).second;
  if (is_new && config_.relative_rewards) { scale_.Add(trial.reward); }
}

// s_t+1: the mean of the top K, of which the trial may be one.
void L2nas::UpdateState(const lode::Trial& trial) {
  top_k_->Add(trial.architecture, trial.reward);
  top_k_->WriteState(state_.data());
}

// C batches of (s, alpha, r): eq. 5 for the critics, eq. 6 for the actor.
void L2nas::Train() {
  const std::size_t count =
      BatchCount(replay_->size(), static_cast<std::size_t>(config_.batch_size),
                 static_cast<std::size_t>(config_.max_batches));
  if (count == 0) { return; }
  const lode::Random random = host_.Random();
  const std::vector<std::size_t> best =
      config_.best_share > 0 ? replay_->Best(static_cast<std::size_t>(config_.best_trials))
                             : std::vector<std::size_t>();
  Agent::Losses sum{0, 0};
  for (std::size_t c = 0; c < count; ++c) {
    DrawBatches(random, best);
    const std::size_t judge = batches_.size() > 1 ? random.Below(batches_.size()) : 0;
    const Agent::Losses losses = agent_->Train(batches_, judge);
    sum.critic += losses.critic;
    sum.actor_value += losses.actor_value;
  }
  host_.Record("critic_loss", sum.critic / static_cast<double>(count));
  host_.Record("actor_value", sum.actor_value / static_cast<double>(count));
}

void L2nas::DrawBatches(lode::Random random, std::span<const std::size_t> best) {
  const auto size = static_cast<double>(config_.batch_size);
  const auto of_best = static_cast<std::size_t>(std::llround(config_.best_share * size));
  for (Batch& batch : batches_) {
    replay_->Draw(random, static_cast<std::size_t>(config_.batch_size), batch, of_best, best);
    if (!config_.relative_rewards) { continue; }
    for (float& reward : batch.rewards) {
      reward = static_cast<float>(scale_(static_cast<double>(reward)));
    }
  }
}

// One critic is saved as it was before there could be several.
void L2nas::Save(lode::Writer& writer) const {
  if (!agent_) { throw lode::InvalidError("save before bind"); }
  const std::uint64_t critics = agent_->critics();
  writer.Value(critics == 1 ? kPolicyMagic : kEnsembleMagic);
  if (critics > 1) { writer.Value(critics); }
  writer.Value(static_cast<std::uint64_t>(cells_));
  writer.Value(static_cast<std::uint64_t>(config_.hidden_width));
  agent_->Save(writer);
}

void L2nas::Load(lode::Reader& reader) {
  if (!agent_) { throw lode::InvalidError("load before bind"); }
  CheckShape(reader);
  Agent loaded = NewAgent();
  loaded.Load(reader);
  agent_.emplace(std::move(loaded));
}

// Reads what is before the networks. Throws InvalidError if this agent is not of that shape.
void L2nas::CheckShape(lode::Reader& reader) const {
  const auto magic = reader.Value<std::uint64_t>();
  if (magic != kPolicyMagic && magic != kEnsembleMagic) {
    throw lode::InvalidError("not a saved policy of l2nas");
  }
  const auto critics = magic == kPolicyMagic ? 1 : reader.Value<std::uint64_t>();
  const auto cells = reader.Value<std::uint64_t>();
  const auto width = reader.Value<std::uint64_t>();
  if (cells != cells_ || width != static_cast<std::uint64_t>(config_.hidden_width) ||
      critics != agent_->critics()) {
    const auto shape = [](auto c, auto w, auto q) {
      return std::to_string(c) + " cells, hidden_width " + std::to_string(w) + " and critics " +
             std::to_string(q);
    };
    throw lode::InvalidError("the saved policy is for " + shape(cells, width, critics) +
                             ", this search has " +
                             shape(cells_, config_.hidden_width, agent_->critics()));
  }
}

}  // namespace l2nas

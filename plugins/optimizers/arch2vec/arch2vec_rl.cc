#include "plugins/optimizers/arch2vec/arch2vec_rl.h"

#include <algorithm>
#include <utility>

#include "plugins/optimizers/arch2vec/cache.h"

namespace arch2vec {

lode::Params<Arch2VecRl::Config> Arch2VecRl::Parameters() {
  using P = lode::Param<Config>;
  lode::Params<Config> params = {
      P("episode", &Config::episode, "Number of trials before the policy learns from them.",
        lode::Range{1, 10000})
          .Unit("trials"),
      P("learning_rate", &Config::learning_rate, "Adam's learning rate for the policy.",
        lode::Range{0, 1, true})
          .LogScale(),
      {"units", &Config::units, "Width of the policy's recurrent layer.", lode::Range{1, 512}},
      {"baseline", &Config::baseline,
       "What rewards are compared with: their moving average, or fixed_baseline.",
       lode::Choices{{"average", "fixed"}}},
      {"fixed_baseline", &Config::fixed_baseline, "The baseline if it is fixed."},
      {"momentum", &Config::momentum, "Weight of earlier rewards in the moving average.",
       lode::Range{.min = 0, .max = 1, .open_max = true}},
      P("mutants", &Config::mutants,
        "Number of mutations of the best ten that each proposal adds to the candidates, in a "
        "space that is larger than whole.",
        lode::Range{0, 10000})
          .Unit("architectures")};
  DeclareEmbedding(params);
  return params;
}

lode::Presets Arch2VecRl::Presets() {
  return {{"average",
           "The baseline is a moving average, which suits rewards of any size.",
           {{"baseline", "average"}}},
          {"nb201",
           "The authors' for NAS-Bench-201: rewards are fractions, compared with 0.4.",
           {{"baseline", "fixed"}, {"fixed_baseline", 0.4}}},
          {"large",
           "For spaces that are larger than whole: the embedding is learned longer, at a higher "
           "rate and without dropout.",
           WithLargeEmbedding({{"baseline", "average"}})}};
}

void Arch2VecRl::Bind(const lode::Space& space) {
  candidates_.emplace(space, config_, host_, CacheDirectory());
  policy_.emplace(candidates_->dimensions(), static_cast<std::size_t>(config_.units));
  policy_->Initialize(host_.Random());
}

// Begins in a random architecture, which is not evaluated for that.
void Arch2VecRl::Prepare(lode::Random random) {
  candidates_->Prepare();
  if (state_.empty()) { state_ = VectorOf(candidates_->NumberOf(candidates_->DrawNew(random))); }
}

lode::Architecture Arch2VecRl::Ask() {
  const lode::Random random = host_.Random();
  Prepare(random);
  if (episodes_.empty() ||
      episodes_.back().moves.size() == static_cast<std::size_t>(config_.episode)) {
    episodes_.emplace_back();
    memory_ = policy_->Empty();
  }
  std::vector<double> action = policy_->Mean(state_, memory_);
  for (double& x : action) { x += random.Normal(); }
  lode::Architecture proposal = Propose(action, random);
  Episode& episode = episodes_.back();
  episode.moves.push_back({std::move(state_), std::move(action)});
  episode.proposals.push_back(proposal);
  episode.rewards.emplace_back();
  candidates_->Close(proposal);
  state_ = VectorOf(candidates_->NumberOf(proposal));
  return proposal;
}

lode::Architecture Arch2VecRl::Propose(std::span<const double> action, lode::Random random) {
  candidates_->AddMutants(experience_.Best(kParents), static_cast<std::size_t>(config_.mutants),
                          random);
  const auto nearest = Nearest(action);
  return nearest ? candidates_->architecture(*nearest) : candidates_->DrawNew(random);
}

std::vector<double> Arch2VecRl::VectorOf(std::size_t number) const {
  const float* vector = candidates_->vector(number);
  return {vector, vector + candidates_->dimensions()};
}

std::optional<std::size_t> Arch2VecRl::Nearest(std::span<const double> action) const {
  const std::vector<float> point(action.begin(), action.end());
  std::optional<std::size_t> nearest;
  float least = 0;
  for (const std::size_t number : candidates_->Open()) {
    const float* vector = candidates_->vector(number);
    float distance = 0;
    for (std::size_t d = 0; d < point.size(); ++d) {
      distance += (vector[d] - point[d]) * (vector[d] - point[d]);
    }
    if (!nearest || distance < least) { nearest = number, least = distance; }
  }
  return nearest;
}

void Arch2VecRl::Tell(const lode::Trial& trial) {
  candidates_->Close(trial.architecture);
  const std::optional<double> reward = reader_.Read(trial);
  if (reward) { experience_.Add(trial.architecture, *reward); }
  if (!trial.random) { Enter(trial.architecture, reward); }
  while (!episodes_.empty() &&
         episodes_.front().told == static_cast<std::size_t>(config_.episode)) {
    Learn(episodes_.front());
    episodes_.pop_front();
  }
}

void Arch2VecRl::Enter(lode::ArchitectureView architecture, std::optional<double> reward) {
  for (Episode& episode : episodes_) {
    for (std::size_t i = 0; i < episode.proposals.size(); ++i) {
      if (!std::ranges::equal(episode.proposals[i], architecture)) { continue; }
      episode.proposals[i].clear();  // told
      episode.rewards[i] = reward;
      ++episode.told;
      return;
    }
  }
}

void Arch2VecRl::Learn(const Episode& episode) {
  std::vector<double> rewards;
  for (const auto& reward : episode.rewards) {
    if (reward) { rewards.push_back(*reward); }
  }
  if (rewards.empty()) { return; }
  const double baseline = BaselineWith(rewards);
  const auto count = static_cast<double>(rewards.size());
  std::vector<double> factors;
  for (const auto& reward : episode.rewards) {
    factors.push_back(reward ? (*reward - baseline) / count : 0);
  }
  policy_->Ascend(policy_->Gradient(episode.moves, factors), config_.learning_rate);
}

double Arch2VecRl::BaselineWith(std::span<const double> rewards) {
  if (config_.baseline == "fixed") { return config_.fixed_baseline; }
  for (const double reward : rewards) {
    weighted_sum_ = config_.momentum * weighted_sum_ + (1 - config_.momentum) * reward;
    weight_ = config_.momentum * weight_ + (1 - config_.momentum);
  }
  return weighted_sum_ / weight_;
}

}  // namespace arch2vec

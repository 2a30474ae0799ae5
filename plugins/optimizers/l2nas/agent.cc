#include "plugins/optimizers/l2nas/agent.h"

#include <algorithm>
#include <cmath>

#include "toolkit/networks/flush_denormals.h"

namespace l2nas {
namespace {

// Three hidden layers (section 2.3).
std::vector<std::size_t> LayerSizes(const Agent::Settings& s, std::size_t outputs) {
  return {s.cells, s.width, s.width, s.width, outputs};
}

}  // namespace

Agent::Agent(const Settings& s, const lode::kernels::KernelSet& kernels)
    : settings_(s),
      actor_(LayerSizes(s, s.cells), Output::kSigmoid, kernels),
      critics_(s.critics, Mlp(LayerSizes(s, 1), Output::kIdentity, kernels)) {}

std::span<const float> Agent::Act(const float* state) {
  return actor_.Forward(1, state).first(settings_.cells);
}

std::vector<double> Agent::Values(std::span<const float> actions, double deviations) {
  const std::size_t count = actions.size() / Padded(settings_.cells);
  std::vector<double> sums(count), squares(count);
  for (Mlp& critic : critics_) {
    const std::span<const float> values = critic.Forward(count, actions.data());
    for (std::size_t i = 0; i < count; ++i) {
      const auto value = static_cast<double>(values[i * kLanes]);
      sums[i] += value;
      squares[i] += value * value;
    }
  }
  const auto n = static_cast<double>(critics_.size());
  for (std::size_t i = 0; i < count; ++i) {
    const double mean = sums[i] / n;
    sums[i] = mean + deviations * std::sqrt(std::max(squares[i] / n - mean * mean, 0.0));
  }
  return sums;
}

Agent::Losses Agent::Train(std::span<const Batch> batches, std::size_t judge) {
  const lode::networks::FlushDenormals flush;
  double loss = 0;
  for (std::size_t i = 0; i < critics_.size(); ++i) {
    loss += TrainCritic(critics_[i], batches[i]);
  }
  return {loss / static_cast<double>(critics_.size()), TrainActor(critics_[judge], batches[judge])};
}

// Down the gradient of 1/|B| sum rho_tau(r - Q(alpha)).
double Agent::TrainCritic(Mlp& critic, const Batch& batch) {
  const std::size_t size = batch.rewards.size();
  const std::span<const float> values = critic.Forward(size, batch.actions.data());
  d_value_.assign(values.size(), 0.0f);
  double loss = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const double error =
        static_cast<double>(batch.rewards[i]) - static_cast<double>(values[i * kLanes]);
    loss += CheckLoss(error, settings_.quantile);
    d_value_[i * kLanes] =
        static_cast<float>(-CheckLossSlope(error, settings_.quantile) / static_cast<double>(size));
  }
  critic.BackwardParameters(d_value_);
  critic.Step(settings_.critic);
  return loss / static_cast<double>(size);
}

// Up the gradient of 1/|B| sum Q(mu(s)), through the critic into the actor.
double Agent::TrainActor(Mlp& critic, const Batch& batch) {
  const std::size_t size = batch.rewards.size();
  const std::span<const float> actions = actor_.Forward(size, batch.states.data());
  proposed_.assign(actions.begin(), actions.end());
  const std::size_t row = Padded(settings_.cells);
  for (std::size_t i = 0; i < size; ++i) {
    std::fill(proposed_.begin() + static_cast<std::ptrdiff_t>(i * row + settings_.cells),
              proposed_.begin() + static_cast<std::ptrdiff_t>((i + 1) * row), 0.0f);
  }
  const std::span<const float> values = critic.Forward(size, proposed_.data());
  d_value_.assign(values.size(), 0.0f);
  double value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value += static_cast<double>(values[i * kLanes]);
    d_value_[i * kLanes] = -1.0f / static_cast<float>(size);
  }
  actor_.BackwardParameters(Competing(critic.BackwardInputs(d_value_)));
  actor_.Step(settings_.actor);
  return value / static_cast<double>(size);
}

// Without each row's mean: raising all cells of a row alike changes no architecture.
std::span<const float> Agent::Competing(std::span<const float> gradient) {
  if (settings_.rows.empty()) { return gradient; }
  gradient_.assign(gradient.begin(), gradient.end());
  const std::size_t stride = Padded(settings_.cells);
  for (std::size_t at = 0; at < gradient_.size(); at += stride) {
    std::size_t first = at;
    for (const std::size_t size : settings_.rows) {
      const auto cells = std::span(gradient_).subspan(first, size);
      float sum = 0;
      for (const float cell : cells) { sum += cell; }
      for (float& cell : cells) { cell -= sum / static_cast<float>(size); }
      first += size;
    }
  }
  return gradient_;
}

void Agent::Save(lode::Writer& writer) const {
  actor_.Save(writer);
  for (const Mlp& critic : critics_) { critic.Save(writer); }
}

void Agent::Load(lode::Reader& reader) {
  actor_.Load(reader);
  for (Mlp& critic : critics_) { critic.Load(reader); }
}

}  // namespace l2nas

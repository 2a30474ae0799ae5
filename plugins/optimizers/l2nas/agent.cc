#include "plugins/optimizers/l2nas/agent.h"

#include <xmmintrin.h>

#include <algorithm>

namespace l2nas {
namespace {

// Moments of units that no longer learn decay towards zero and would become denormal numbers, which
// take the processor a hundred times as long as normal ones. Within this object's scope denormals
// are zero.
class FlushDenormals {
 public:
  FlushDenormals() : before_(_mm_getcsr()) { _mm_setcsr(before_ | 0x8040u); }
  ~FlushDenormals() { _mm_setcsr(before_); }
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  unsigned before_;
};

}  // namespace

Agent::Agent(const Settings& s, const lode::kernels::KernelSet& kernels)
    : settings_(s),
      actor_(s.cells, s.width, s.cells, Output::kSigmoid, kernels),
      critic_(s.cells, s.width, 1, Output::kIdentity, kernels) {}

std::span<const float> Agent::Act(const float* state) {
  return actor_.Forward(1, state).first(settings_.cells);
}

Agent::Losses Agent::Train(const Batch& batch) {
  const FlushDenormals flush;
  const double critic = TrainCritic(batch);
  return {critic, TrainActor(batch)};
}

// Down the gradient of 1/|B| sum rho_tau(r - Q(alpha)).
double Agent::TrainCritic(const Batch& batch) {
  const std::size_t size = batch.rewards.size();
  const std::span<const float> values = critic_.Forward(size, batch.actions.data());
  d_value_.assign(values.size(), 0.0f);
  double loss = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const double error =
        static_cast<double>(batch.rewards[i]) - static_cast<double>(values[i * kLanes]);
    loss += CheckLoss(error, settings_.quantile);
    d_value_[i * kLanes] =
        static_cast<float>(-CheckLossSlope(error, settings_.quantile) / static_cast<double>(size));
  }
  critic_.BackwardParameters(d_value_);
  critic_.Step(settings_.critic);
  return loss / static_cast<double>(size);
}

// Up the gradient of 1/|B| sum Q(mu(s)), through the critic into the actor.
double Agent::TrainActor(const Batch& batch) {
  const std::size_t size = batch.rewards.size();
  const std::span<const float> actions = actor_.Forward(size, batch.states.data());
  proposed_.assign(actions.begin(), actions.end());
  const std::size_t row = Padded(settings_.cells);
  for (std::size_t i = 0; i < size; ++i) {
    std::fill(proposed_.begin() + static_cast<std::ptrdiff_t>(i * row + settings_.cells),
              proposed_.begin() + static_cast<std::ptrdiff_t>((i + 1) * row), 0.0f);
  }
  const std::span<const float> values = critic_.Forward(size, proposed_.data());
  d_value_.assign(values.size(), 0.0f);
  double value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value += static_cast<double>(values[i * kLanes]);
    d_value_[i * kLanes] = -1.0f / static_cast<float>(size);
  }
  actor_.BackwardParameters(critic_.BackwardInputs(d_value_));
  actor_.Step(settings_.actor);
  return value / static_cast<double>(size);
}

void Agent::Save(lode::Writer& writer) const {
  actor_.Save(writer);
  critic_.Save(writer);
}

void Agent::Load(lode::Reader& reader) {
  actor_.Load(reader);
  critic_.Load(reader);
}

}  // namespace l2nas

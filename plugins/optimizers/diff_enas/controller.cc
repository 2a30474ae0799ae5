#include "plugins/optimizers/diff_enas/controller.h"

#include <algorithm>
#include <lode/math.hpp>
#include <utility>

#include "toolkit/mixtures/relaxation.h"

namespace diff_enas {
namespace {

// The index that a uniform number in [0, 1) draws.
std::uint32_t DrawFrom(std::span<const double> probabilities, double uniform) {
  std::uint32_t index = 0;
  for (; index + 1 < probabilities.size() && uniform >= probabilities[index]; ++index) {
    uniform -= probabilities[index];
  }
  return index;
}

double EntropyOf(std::span<const double> probabilities) {
  double entropy = 0;
  for (const double p : probabilities) {
    if (p > 0) { entropy -= p * lode::math::Log(p); }
  }
  return entropy;
}

}  // namespace

Controller::Controller(const lode::Space& space, const ControllerConfig& config)
    : config_(config),
      lstm_(static_cast<std::size_t>(config.units), static_cast<std::size_t>(config.units)) {
  for (std::int64_t layer = 0; layer < config.layers; ++layer) {
    layers_.push_back(Reserve(lstm_.size()));
  }
  start_ = Reserve(units());
  AddHeads(space, lode::sampling::Rows(space));
}

void Controller::AddHeads(const lode::Space& space, const lode::sampling::Rows& rows) {
  for (const lode::Matrix& matrix : space.matrices()) {
    if (matrix.rows() == 0) { continue; }
    const std::size_t choices = rows.list()[heads_.size()].choices();
    const Head head{choices, Reserve(choices * units()), Reserve(choices * units())};
    heads_.insert(heads_.end(), matrix.rows(), head);
  }
}

std::size_t Controller::Reserve(std::size_t count) {
  parameters_.resize(parameters_.size() + count);
  return parameters_.size() - count;
}

void Controller::Initialize(lode::Random random) {
  for (double& x : parameters_) { x = random.Uniform(-0.1, 0.1); }
}

Controller::Decision Controller::Decide(const Head& head, std::size_t input,
                                        std::vector<Lstm::Memory>& memories) const {
  Decision decision{input};
  std::span<const double> x = Part(input, units());
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    decision.inputs.emplace_back(x.begin(), x.end());
    decision.before.push_back(std::move(memories[layer]));
    decision.steps.push_back(lstm_.Advance(Part(layers_[layer], lstm_.size()),
                                           decision.inputs.back(), decision.before.back()));
    memories[layer] = decision.steps.back().memory();
    x = memories[layer].output;
  }
  std::vector<double> logits;
  for (std::size_t c = 0; c < head.choices; ++c) {
    const std::span<const double> weights = Part(head.weights + c * units(), units());
    double sum = 0;
    for (std::size_t u = 0; u < units(); ++u) { sum += weights[u] * x[u]; }
    decision.tanhs.push_back(lode::networks::Tanh(sum / config_.temperature));
    logits.push_back(config_.tanh_constant * decision.tanhs.back());
  }
  const lode::mixtures::Group all{0, head.choices};
  decision.probabilities = lode::mixtures::Softmax({&all, 1}, logits);
  return decision;
}

Controller::Draft Controller::Draw(lode::Random random) const {
  Draft draft{{}, 0};
  std::vector<Lstm::Memory> memories(layers_.size(), lstm_.Empty());
  std::size_t input = start_;
  for (std::size_t row = 0; row < heads_.size(); ++row) {
    const Decision decision = Decide(heads_[row], input, memories);
    draft.choices.push_back(DrawFrom(decision.probabilities, random.Uniform()));
    draft.entropy += EntropyOf(decision.probabilities);
    input = EmbeddingOf(row, draft.choices.back());
  }
  return draft;
}

std::vector<Controller::Decision> Controller::Follow(std::span<const std::uint32_t> choices) const {
  std::vector<Decision> decisions;
  std::vector<Lstm::Memory> memories(layers_.size(), lstm_.Empty());
  std::size_t input = start_;
  for (std::size_t row = 0; row < heads_.size(); ++row) {
    decisions.push_back(Decide(heads_[row], input, memories));
    input = EmbeddingOf(row, choices[row]);
  }
  return decisions;
}

double Controller::LogProbability(std::span<const std::uint32_t> choices) const {
  const std::vector<Decision> decisions = Follow(choices);
  double sum = 0;
  for (std::size_t row = 0; row < choices.size(); ++row) {
    sum += lode::math::Log(decisions[row].probabilities[choices[row]]);
  }
  return sum;
}

void Controller::AddGradient(std::span<const std::uint32_t> choices, double factor,
                             std::vector<double>& gradient) const {
  const std::vector<Decision> decisions = Follow(choices);
  std::vector<Lstm::Memory> d_memories(layers_.size(), lstm_.Empty());
  for (std::size_t row = decisions.size(); row-- > 0;) {
    BackpropagateChoice(heads_[row], decisions[row], choices[row], factor, gradient,
                        d_memories.back().output);
    BackpropagateLayers(decisions[row], gradient, d_memories);
  }
}

void Controller::BackpropagateChoice(const Head& head, const Decision& decision,
                                     std::uint32_t choice, double factor,
                                     std::vector<double>& gradient,
                                     std::vector<double>& d_output) const {
  const std::vector<double>& output = decision.steps.back().output;
  for (std::size_t c = 0; c < head.choices; ++c) {
    const double d_logit = factor * ((c == choice ? 1 : 0) - decision.probabilities[c]);
    const double t = decision.tanhs[c];
    const double d_sum = d_logit * config_.tanh_constant * (1 - t * t) / config_.temperature;
    const std::size_t at = head.weights + c * units();
    for (std::size_t u = 0; u < units(); ++u) {
      gradient[at + u] += d_sum * output[u];
      d_output[u] += d_sum * parameters_[at + u];
    }
  }
}

void Controller::BackpropagateLayers(const Decision& decision, std::vector<double>& gradient,
                                     std::vector<Lstm::Memory>& d_memories) const {
  for (std::size_t layer = layers_.size(); layer-- > 0;) {
    const std::span<double> own = std::span(gradient).subspan(layers_[layer], lstm_.size());
    const std::span<double> d_input = layer > 0
                                          ? std::span(d_memories[layer - 1].output)
                                          : std::span(gradient).subspan(decision.input, units());
    lstm_.Backpropagate(Part(layers_[layer], lstm_.size()), decision.inputs[layer],
                        decision.steps[layer], decision.before[layer], own, d_memories[layer],
                        d_input);
  }
}

}  // namespace diff_enas

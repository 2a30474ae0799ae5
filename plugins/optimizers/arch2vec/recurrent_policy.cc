#include "plugins/optimizers/arch2vec/recurrent_policy.h"

#include <algorithm>
#include <cmath>

namespace arch2vec {
namespace {

enum Gate : std::size_t { kInput, kForget, kCandidate, kOutput, kGates };

double Sigmoid(double x) { return 1 / (1 + lode::math::Exp(-x)); }

double Tanh(double x) { return 1 - 2 / (lode::math::Exp(2 * x) + 1); }

double Dot(const double* a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < b.size(); ++i) { sum += a[i] * b[i]; }
  return sum;
}

void AddScaled(double factor, std::span<const double> from, double* to) {
  for (std::size_t i = 0; i < from.size(); ++i) { to[i] += factor * from[i]; }
}

}  // namespace

RecurrentPolicy::RecurrentPolicy(std::size_t dimensions, std::size_t units)
    : dimensions_(dimensions),
      units_(units),
      memory_(kGates * units * dimensions),
      gate_bias_(memory_ + kGates * units * units),
      mean_(gate_bias_ + kGates * units),
      mean_bias_(mean_ + dimensions * units),
      parameters_(mean_bias_ + dimensions),
      first_moment_(parameters_.size()),
      second_moment_(parameters_.size()) {}

void RecurrentPolicy::Initialize(lode::Random random) {
  const double bound = 1 / std::sqrt(static_cast<double>(units_));
  for (double& x : parameters_) { x = random.Uniform(-bound, bound); }
}

RecurrentPolicy::Memory RecurrentPolicy::Empty() const {
  return {std::vector<double>(units_), std::vector<double>(units_)};
}

RecurrentPolicy::Step RecurrentPolicy::Advance(std::span<const double> state,
                                               const Memory& before) const {
  Step step;
  step.gates.resize(kGates * units_);
  const double* p = parameters_.data();
  for (std::size_t g = 0; g < step.gates.size(); ++g) {
    const double x =
        Dot(p + InputRow(g), state) + Dot(p + MemoryRow(g), before.output) + p[gate_bias_ + g];
    step.gates[g] = g / units_ == kCandidate ? Tanh(x) : Sigmoid(x);
  }
  const auto gate = [&](Gate which, std::size_t u) { return step.gates[which * units_ + u]; };
  for (std::size_t u = 0; u < units_; ++u) {
    step.cell.push_back(gate(kForget, u) * before.cell[u] + gate(kInput, u) * gate(kCandidate, u));
    step.tanh_cell.push_back(Tanh(step.cell[u]));
    step.output.push_back(gate(kOutput, u) * step.tanh_cell[u]);
  }
  return step;
}

std::vector<double> RecurrentPolicy::MeanOf(std::span<const double> output) const {
  std::vector<double> mean;
  for (std::size_t d = 0; d < dimensions_; ++d) {
    mean.push_back(Dot(parameters_.data() + MeanRow(d), output) + parameters_[mean_bias_ + d]);
  }
  return mean;
}

std::vector<double> RecurrentPolicy::Mean(std::span<const double> state, Memory& memory) const {
  Step step = Advance(state, memory);
  memory = {std::move(step.cell), std::move(step.output)};
  return MeanOf(memory.output);
}

std::vector<double> RecurrentPolicy::Gradient(std::span<const Move> episode,
                                              std::span<const double> factors) const {
  std::vector<Memory> before = {Empty()};
  std::vector<Step> steps;
  for (const Move& move : episode) {
    steps.push_back(Advance(move.state, before.back()));
    before.push_back({steps.back().cell, steps.back().output});
  }
  std::vector<double> gradient(parameters_.size());
  Memory d_memory = Empty();
  for (std::size_t t = episode.size(); t-- > 0;) {
    BackpropagateMean(episode[t], steps[t], factors[t], gradient, d_memory.output);
    BackpropagateGates(episode[t], steps[t], before[t], gradient, d_memory);
  }
  return gradient;
}

// The density's logarithm is -|action - mean|^2 / 2 and a constant.
void RecurrentPolicy::BackpropagateMean(const Move& move, const Step& step, double factor,
                                        std::vector<double>& gradient,
                                        std::vector<double>& d_output) const {
  const std::vector<double> mean = MeanOf(step.output);
  for (std::size_t d = 0; d < dimensions_; ++d) {
    const double slope = factor * (move.action[d] - mean[d]);
    gradient[mean_bias_ + d] += slope;
    AddScaled(slope, step.output, gradient.data() + MeanRow(d));
    AddScaled(slope, std::span(parameters_).subspan(MeanRow(d), units_), d_output.data());
  }
}

// Takes the gradient in what the memory is after the move to what it was before.
void RecurrentPolicy::BackpropagateGates(const Move& move, const Step& step, const Memory& before,
                                         std::vector<double>& gradient, Memory& d_memory) const {
  const auto gate = [&](Gate which, std::size_t u) { return step.gates[which * units_ + u]; };
  std::vector<double> d_gates(kGates * units_);
  for (std::size_t u = 0; u < units_; ++u) {
    const double i = gate(kInput, u), f = gate(kForget, u), g = gate(kCandidate, u),
                 o = gate(kOutput, u), t = step.tanh_cell[u];
    const double d_cell = d_memory.cell[u] + d_memory.output[u] * o * (1 - t * t);
    d_gates[kInput * units_ + u] = d_cell * g * i * (1 - i);
    d_gates[kForget * units_ + u] = d_cell * before.cell[u] * f * (1 - f);
    d_gates[kCandidate * units_ + u] = d_cell * i * (1 - g * g);
    d_gates[kOutput * units_ + u] = d_memory.output[u] * t * o * (1 - o);
    d_memory.cell[u] = d_cell * f;
  }
  std::ranges::fill(d_memory.output, 0.0);
  for (std::size_t g = 0; g < d_gates.size(); ++g) {
    gradient[gate_bias_ + g] += d_gates[g];
    AddScaled(d_gates[g], move.state, gradient.data() + InputRow(g));
    AddScaled(d_gates[g], before.output, gradient.data() + MemoryRow(g));
    AddScaled(d_gates[g], std::span(parameters_).subspan(MemoryRow(g), units_),
              d_memory.output.data());
  }
}

void RecurrentPolicy::Ascend(std::span<const double> gradient, double learning_rate) {
  const auto t = static_cast<double>(++steps_);
  const double rate = learning_rate / (1 - lode::math::Pow(kBeta1, t));
  const double correction = 1 - lode::math::Pow(kBeta2, t);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    first_moment_[i] = kBeta1 * first_moment_[i] + (1 - kBeta1) * gradient[i];
    second_moment_[i] = kBeta2 * second_moment_[i] + (1 - kBeta2) * gradient[i] * gradient[i];
    parameters_[i] +=
        rate * first_moment_[i] / (std::sqrt(second_moment_[i] / correction) + kEpsilon);
  }
}

}  // namespace arch2vec

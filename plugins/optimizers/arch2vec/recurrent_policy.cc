#include "plugins/optimizers/arch2vec/recurrent_policy.h"

#include <algorithm>
#include <cmath>

namespace arch2vec {
namespace {

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
      lstm_(dimensions, units),
      mean_(lstm_.size()),
      mean_bias_(mean_ + dimensions * units),
      parameters_(mean_bias_ + dimensions),
      first_moment_(parameters_.size()),
      second_moment_(parameters_.size()) {}

void RecurrentPolicy::Initialize(lode::Random random) {
  const double bound = 1 / std::sqrt(static_cast<double>(lstm_.units()));
  for (double& x : parameters_) { x = random.Uniform(-bound, bound); }
}

std::vector<double> RecurrentPolicy::MeanOf(std::span<const double> output) const {
  std::vector<double> mean;
  for (std::size_t d = 0; d < dimensions_; ++d) {
    mean.push_back(Dot(parameters_.data() + MeanRow(d), output) + parameters_[mean_bias_ + d]);
  }
  return mean;
}

std::vector<double> RecurrentPolicy::Mean(std::span<const double> state, Memory& memory) const {
  memory = lstm_.Advance(parameters_, state, memory).memory();
  return MeanOf(memory.output);
}

std::vector<double> RecurrentPolicy::Gradient(std::span<const Move> episode,
                                              std::span<const double> factors) const {
  std::vector<Memory> before = {Empty()};
  std::vector<lode::networks::Lstm::Step> steps;
  for (const Move& move : episode) {
    steps.push_back(lstm_.Advance(parameters_, move.state, before.back()));
    before.push_back(steps.back().memory());
  }
  std::vector<double> gradient(parameters_.size());
  Memory d_memory = Empty();
  for (std::size_t t = episode.size(); t-- > 0;) {
    BackpropagateMean(episode[t], steps[t].output, factors[t], gradient, d_memory.output);
    lstm_.Backpropagate(parameters_, episode[t].state, steps[t], before[t], gradient, d_memory);
  }
  return gradient;
}

// The density's logarithm is -|action - mean|^2 / 2 and a constant.
void RecurrentPolicy::BackpropagateMean(const Move& move, std::span<const double> output,
                                        double factor, std::vector<double>& gradient,
                                        std::vector<double>& d_output) const {
  const std::vector<double> mean = MeanOf(output);
  for (std::size_t d = 0; d < dimensions_; ++d) {
    const double slope = factor * (move.action[d] - mean[d]);
    gradient[mean_bias_ + d] += slope;
    AddScaled(slope, output, gradient.data() + MeanRow(d));
    AddScaled(slope, std::span(parameters_).subspan(MeanRow(d), lstm_.units()), d_output.data());
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

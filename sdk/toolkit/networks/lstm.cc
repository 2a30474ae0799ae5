#include "toolkit/networks/lstm.h"

#include <algorithm>
#include <lode/math.hpp>

namespace lode::networks {
namespace {

enum Gate : std::size_t { kInput, kForget, kCandidate, kOutput };

double Dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < b.size(); ++i) { sum += a[i] * b[i]; }
  return sum;
}

void AddScaled(double factor, std::span<const double> from, std::span<double> to) {
  for (std::size_t i = 0; i < from.size(); ++i) { to[i] += factor * from[i]; }
}

}  // namespace

double Sigmoid(double x) { return 1 / (1 + math::Exp(-x)); }

double Tanh(double x) { return 1 - 2 / (math::Exp(2 * x) + 1); }

Lstm::Lstm(std::size_t inputs, std::size_t units)
    : inputs_(inputs),
      units_(units),
      memory_(kGates * units * inputs),
      bias_(memory_ + kGates * units * units) {}

Lstm::Step Lstm::Advance(std::span<const double> parameters, std::span<const double> input,
                         const Memory& before) const {
  Step step;
  step.gates.resize(kGates * units_);
  for (std::size_t g = 0; g < step.gates.size(); ++g) {
    const double x = Dot(parameters.subspan(InputRow(g), inputs_), input) +
                     Dot(parameters.subspan(MemoryRow(g), units_), before.output) +
                     parameters[bias_ + g];
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

std::vector<double> Lstm::GateGradients(const Step& step, const Memory& before,
                                        Memory& d_memory) const {
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
  return d_gates;
}

void Lstm::Backpropagate(std::span<const double> parameters, std::span<const double> input,
                         const Step& step, const Memory& before, std::span<double> gradient,
                         Memory& d_memory, std::span<double> d_input) const {
  const std::vector<double> d_gates = GateGradients(step, before, d_memory);
  std::ranges::fill(d_memory.output, 0.0);
  for (std::size_t g = 0; g < d_gates.size(); ++g) {
    gradient[bias_ + g] += d_gates[g];
    AddScaled(d_gates[g], input, gradient.subspan(InputRow(g), inputs_));
    AddScaled(d_gates[g], before.output, gradient.subspan(MemoryRow(g), units_));
    AddScaled(d_gates[g], parameters.subspan(MemoryRow(g), units_), d_memory.output);
    if (!d_input.empty()) {
      AddScaled(d_gates[g], parameters.subspan(InputRow(g), inputs_), d_input);
    }
  }
}

}  // namespace lode::networks

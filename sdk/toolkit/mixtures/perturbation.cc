#include "toolkit/mixtures/perturbation.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace lode::mixtures {
namespace {

constexpr int kAscentSteps = 7;

void ProjectRow(std::span<double> row) {
  const auto largest = std::ranges::max_element(row) - row.begin();
  for (double& weight : row) { weight = std::clamp(weight, 0.0, 1.0); }
  double sum = std::accumulate(row.begin(), row.end(), 0.0);
  if (sum == 0) { sum = row[static_cast<std::size_t>(largest)] = 1; }
  for (double& weight : row) { weight /= sum; }
}

// Excluded operations stay 0, and are never the largest.
void ProjectRows(const Relaxation& relaxation, std::vector<double>& factors) {
  for (std::size_t c = 0; c < relaxation.cells(); ++c) {
    if (relaxation.operations()[c] == 0) { factors[c] = -std::numeric_limits<double>::infinity(); }
  }
  for (const sampling::Row& row : relaxation.rows().list()) {
    ProjectRow(std::span(factors).subspan(row.first, row.columns));
  }
}

double Sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }

}  // namespace

std::vector<double> PerturbRandomly(const Relaxation& relaxation, Random random,
                                    std::span<const double> factors, double epsilon) {
  std::vector<double> perturbed(factors.begin(), factors.end());
  for (std::size_t c = 0; c < relaxation.cells(); ++c) {
    perturbed[c] += random.Uniform(-epsilon, epsilon);
  }
  ProjectRows(relaxation, perturbed);
  return perturbed;
}

std::vector<double> PerturbAdversarially(const Relaxation& relaxation, Random random,
                                         std::span<const double> factors, double epsilon,
                                         const LossFunction& loss) {
  const double before = loss(relaxation.Compose(factors), {});
  std::vector<double> perturbed = PerturbRandomly(relaxation, random, factors, epsilon);
  Mixture gradient(relaxation.cells());
  for (int step = 0; step < kAscentSteps; ++step) {
    loss(relaxation.Compose(perturbed), gradient);
    const std::vector<double> ascent = relaxation.FactorGradient(perturbed, gradient);
    for (std::size_t c = 0; c < relaxation.cells(); ++c) {
      const double moved = perturbed[c] + 2 * epsilon / kAscentSteps * Sign(ascent[c]);
      perturbed[c] = std::clamp(moved, factors[c] - epsilon, factors[c] + epsilon);
    }
    ProjectRows(relaxation, perturbed);
  }
  if (before > loss(relaxation.Compose(perturbed), {})) { return {factors.begin(), factors.end()}; }
  return perturbed;
}

}  // namespace lode::mixtures

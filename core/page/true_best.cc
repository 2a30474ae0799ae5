#include "core/page/true_best.h"

#include <algorithm>
#include <cmath>
#include <lode/math.hpp>
#include <numeric>
#include <utility>

#include "core/search/noisy_best.h"
#include "core/search/oracles.h"
#include "core/search/reward.h"

namespace lode::core {
namespace {

// The numbers of columns of all rows, in the order of an architecture's cells.
std::vector<std::size_t> ChoicesOf(const lode::Space& space) {
  std::vector<std::size_t> choices;
  for (const lode::Matrix& matrix : space.matrices()) {
    choices.insert(choices.end(), matrix.rows(), matrix.columns());
  }
  return choices;
}

lode::Architecture Numbered(std::size_t number, const std::vector<std::size_t>& choices) {
  lode::Architecture architecture;
  for (const std::size_t count : choices) {
    for (std::size_t c = 0; c < count; ++c) { architecture.push_back(number % count == c); }
    number /= count;
  }
  return architecture;
}

bool AnswersAtOnce(const Pipeline& pipeline, const Catalog& catalog) {
  return std::ranges::all_of(pipeline.oracles, [&](const ComponentConfig& oracle) {
    const ComponentDeclaration& declared = *catalog.Find(LODE_ORACLE, oracle.id);
    constexpr auto kHeavy = LODE_CAP_USES_TORCH | LODE_CAP_ISOLATE;
    return !declared.prepares && (declared.capabilities & kHeavy) == 0;
  });
}

std::vector<std::size_t> EachOf(const std::vector<ComponentConfig>& oracles) {
  std::vector<std::size_t> positions(oracles.size());
  std::iota(positions.begin(), positions.end(), 0);
  return positions;
}

// An architecture that breaks a limit or cannot be measured has no reward.
std::vector<double> RewardsOf(const std::vector<lode::Architecture>& all, Oracles& oracles,
                              const Reward& reward) {
  std::vector<double> rewards;
  for (const lode::Architecture& architecture : all) {
    const Evaluation measured = oracles.Evaluate(architecture, 1, 0);
    const bool counts =
        measured.outcome == Outcome::kMeasured && reward.limits().Violation(measured.metrics) == 0;
    rewards.push_back(counts ? reward(measured.metrics) : kNaN);
  }
  return rewards;
}

std::vector<lode::Architecture> BestOf(std::vector<lode::Architecture> all,
                                       const std::vector<double>& rewards, std::size_t count) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!std::isnan(rewards[i])) { order.push_back(i); }
  }
  std::ranges::stable_sort(order, [&](auto a, auto b) { return rewards[a] > rewards[b]; });
  std::vector<lode::Architecture> best;
  for (std::size_t i = 0; i < std::min(count, order.size()); ++i) {
    best.push_back(std::move(all[order[i]]));
  }
  return best;
}

}  // namespace

std::optional<std::vector<lode::Architecture>> ListSpace(const lode::Space& space,
                                                         std::size_t most) {
  const std::vector<std::size_t> choices = ChoicesOf(space);
  std::size_t product = 1;
  for (const std::size_t count : choices) {
    product *= count;
    if (product > most || product == 0) { return std::nullopt; }
  }
  if (std::abs(lode::math::Log10(static_cast<double>(product)) - space.Log10Size()) > 1e-6) {
    return std::nullopt;
  }
  std::vector<lode::Architecture> all;
  for (std::size_t i = 0; i < product; ++i) { all.push_back(Numbered(i, choices)); }
  return all;
}

std::optional<std::vector<lode::Architecture>> TrueBest(const lode::Space& space,
                                                        const LoadedPipeline& loaded,
                                                        std::size_t count) {
  const Catalog& catalog = *loaded.catalog;
  const Pipeline& pipeline = loaded.searches().front().pipeline;
  if (!AnswersAtOnce(pipeline, catalog)) { return std::nullopt; }
  std::optional<std::vector<lode::Architecture>> all = ListSpace(space);
  if (!all) { return std::nullopt; }
  const RunContext run;
  Oracles oracles(pipeline, catalog, run, EachOf(pipeline.oracles));
  const std::vector<MetricDeclaration> metrics = CollectMetrics(pipeline, oracles.metrics());
  const Reward reward(pipeline.reward, metrics);
  if (!metrics[reward.metric()].optimum || AreNoisy(metrics)) { return std::nullopt; }
  const std::vector<double> rewards = RewardsOf(*all, oracles, reward);
  return BestOf(std::move(*all), rewards, count);
}

}  // namespace lode::core

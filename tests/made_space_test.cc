// Compares bo with all other optimizers but arch2vec's, which take minutes, on a space that nothing
// was chosen on: eight decisions with five values each, without a graph or metrics. Values are sums
// over decisions and over pairs of neighboring decisions, which each seed draws from the normal
// distribution.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <lode/testing.hpp>
#include <set>
#include <string>
#include <vector>

namespace lode::test {
namespace {

const std::filesystem::path kPlugins = std::filesystem::path(LODE_BINARY_DIR) / "lib/lode/plugins";
constexpr std::uint64_t kSeeds = 8;
constexpr std::size_t kRows = 8, kChoices = 5;
constexpr std::size_t kBudget = 150;  // more than the first population of any

class Landscape {
 public:
  explicit Landscape(std::uint64_t seed) {
    FixedStream stream(seed);
    for (double& x : pairs_) { x = stream.random().Normal(); }
    for (double& x : singles_) { x = stream.random().Normal(); }
  }
  double At(const Architecture& architecture) const {
    double sum = 0;
    std::size_t before = 0;
    for (std::size_t row = 0; row < kRows; ++row) {
      const auto cells = std::span(architecture).subspan(row * kChoices, kChoices);
      const auto choice = static_cast<std::size_t>(std::ranges::find(cells, 1) - cells.begin());
      sum += singles_[row * kChoices + choice];
      if (row > 0) { sum += pairs_[(row * kChoices + before) * kChoices + choice]; }
      before = choice;
    }
    return sum;
  }

 private:
  std::vector<double> singles_ = std::vector<double>(kRows * kChoices);
  std::vector<double> pairs_ = std::vector<double>(kRows * kChoices * kChoices);
};

class MadeSpace : public testing::Test {
 protected:
  // The best of kBudget distinct architectures.
  double BestOf(const Values& optimizer, std::uint64_t seed) const {
    constexpr std::uint64_t kMostSteps = 50 * kBudget;  // for those that repeat much
    const Landscape landscape(seed);
    Instance instance(optimizer, seed);
    const auto& api = instance.api<lode_optimizer_api>();
    instance.host().Enter(0, Phase::kSetup);
    EXPECT_EQ(api.bind(instance.get(), grid_.handle(), nullptr), LODE_OK);
    std::set<Architecture> seen;
    double best = -1e9;
    for (std::uint64_t step = 0; seen.size() < kBudget && step < kMostSteps; ++step) {
      Architecture proposed(grid_.space().cells());
      Action action(proposed.size());
      lode_proposal proposal = ProposalInto(action.data(), proposed.data());
      instance.host().Enter(step, Phase::kAsk);
      EXPECT_EQ(api.ask(instance.get(), &proposal, nullptr), LODE_OK);
      const double value = landscape.At(proposed);
      best = std::max(best, value);
      seen.insert(proposed);
      const lode_trial trial = TrialOf(step, 0, nullptr, proposed.data(), value);
      instance.host().Enter(step, Phase::kTell);
      EXPECT_EQ(api.tell(instance.get(), &trial, 1, nullptr), LODE_OK);
    }
    return best;
  }
  // `plugin`: its file, if that has another name.
  double MeanOf(const std::string& optimizer, const std::string& preset = "",
                const std::string& plugin = "") {
    const std::string file = (plugin.empty() ? optimizer : plugin) + ".lode.so";
    Values values(LoadComponent(kPlugins / file, optimizer), kPlugins);
    if (!preset.empty()) { values.SetPreset(preset); }
    double sum = 0;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) { sum += BestOf(values, seed); }
    RecordProperty(optimizer, std::to_string(sum / kSeeds));
    return sum / kSeeds;
  }

  const Grid grid_{kRows, kChoices};
};

TEST_F(MadeSpace, BoFindsTheBestInMean) {
  const double bo = MeanOf("bo");
  EXPECT_GT(bo, MeanOf("l2nas", "plus"));
  EXPECT_GT(bo, MeanOf("econas", "", "diff_econas"));
  for (const char* other : {"random", "rea", "local_search", "evolution", "nsga2", "reinforce",
                            "hyperband", "bohb", "tpe", "alphax", "bananas", "npenas"}) {
    EXPECT_GT(bo, MeanOf(other)) << other;
  }
}

}  // namespace
}  // namespace lode::test

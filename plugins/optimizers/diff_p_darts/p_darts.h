// The optimizer "p_darts".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plugins/optimizers/diff_p_darts/skip_limit.h"
#include "toolkit/mixtures/perturbed_search.h"

namespace diff_p_darts {

// P-DARTS (Chen, Xie, Wu and Tian, Progressive Differentiable Architecture Search: Bridging the
// Depth Gap between Search and Evaluation, ICCV 2019): first-order DARTS in stages. Each begins
// with a new network, which is deeper (section 3.2):
//
//   stage      1   2   3     parameter
//   cells      5  11  17     depths
//   operations 8   5   3     operations: of each edge, those with the largest mixture of the stage
//                            before
//   skips      0  .4  .7     skip_dropout: rate at which their outputs are dropped (section 3.3)
//
// The first epochs of a stage train only the weights. What is proposed has at most max_skips skip
// connections in the first matrix, that of the normal cell. There are two differences from the
// authors' program: the rate of a network's dropout does not fall while it is trained, and `none`
// may be proposed where the space has it.
//
// With `perturbation` it is SDARTS on P-DARTS.
class PDarts : public lode::mixtures::PerturbedSearch {
 public:
  // Those of the authors' program.
  struct Config {
    std::vector<std::int64_t> depths = {5, 11, 17};
    std::vector<std::int64_t> operations = {8, 5, 3};
    std::vector<double> skip_dropout = {0, 0.4, 0.7};
    std::int64_t epochs = 25;  // of a stage
    std::int64_t frozen_epochs = 10;
    std::int64_t max_skips = 2;
    double learning_rate = 6e-4;
    double weight_decay = 1e-3;
    std::string perturbation = "none";
  };
  static lode::Params<Config> Parameters();
  static lode::Presets Presets();

  // Throws lode::InvalidError unless the three lists have a value for each stage.
  PDarts(lode::Host host, const Config& config);

  void Bind(const lode::Space& space);

 private:
  void RequireFeatures(const lode::RelaxedInfo& info) const override;
  void BeginEpoch() override;
  lode::Action Propose() override;
  void SaveState(lode::Writer& writer) const override;
  void LoadState(lode::Reader& reader) override;

  void BeginStage(std::size_t stage);
  // In each row, those with the largest mixture.
  lode::Architecture LargestOperations(std::size_t count) const;

  const Config config_;
  std::optional<SkipLimit> skip_limit_;
};

}  // namespace diff_p_darts

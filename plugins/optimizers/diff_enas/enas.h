// The optimizer "enas".
#pragma once

#include <cstdint>
#include <optional>

#include "plugins/optimizers/diff_enas/controller.h"
#include "toolkit/mixtures/adam.h"
#include "toolkit/mixtures/epoch_search.h"

namespace diff_enas {

// ENAS (Pham, Guan, Zoph, Le and Dean, Efficient Neural Architecture Search via Parameter Sharing,
// ICML 2018), section 2.2, with the settings of the program of NAS-Bench-201's authors. In each
// epoch
//
//   1. each training batch trains the weights of an architecture that the controller draws
//   2. the controller ascends by Adam, for `controller_steps` steps, the mean over `samples`
//      architectures of (reward - baseline) * log probability (REINFORCE): the reward is the
//      accuracy on a validation batch plus entropy_weight times the entropy of the choices, the
//      baseline a moving average of the rewards
//   3. of `candidates` architectures that the controller draws, the one with the highest accuracy
//      on a validation batch each is proposed
//
// In spaces whose rows compete, choices that do not fit together are reconciled by chance; see
// toolkit/sampling/rows.h.
class Enas : public lode::mixtures::EpochSearch {
 public:
  struct Config {
    double learning_rate = 1e-3;
    double entropy_weight = 1e-4;
    double baseline_decay = 0.99;
    double gradient_norm = 5;
    std::int64_t controller_steps = 50;
    std::int64_t samples = 20;
    std::int64_t candidates = 100;
    std::int64_t units = 32;
    std::int64_t layers = 2;
    double temperature = 5;
    double tanh_constant = 2.5;
  };
  static lode::Params<Config> Parameters();

  Enas(lode::Host host, const Config& config) : EpochSearch(host), config_(config) {}

  void Bind(const lode::Space& space);

  const Controller& controller() const { return *controller_; }

 private:
  void BeginEpoch() override;
  lode::RelaxedResult Train(std::uint64_t batch) override;
  lode::Action Propose() override;
  void SaveState(lode::Writer& writer) const override;
  void LoadState(lode::Reader& reader) override;

  // The mixture of an architecture with these choices.
  lode::mixtures::Mixture Compose(std::span<const std::uint32_t> choices) const;
  // Its accuracy on the next validation batch.
  double Validate(std::span<const double> mixture);
  void StepController();
  // Returns how much the reward is above the baseline, which moves.
  double AdvantageOf(double reward);

  const Config config_;
  std::optional<lode::sampling::Rows> rows_;
  std::optional<Controller> controller_;
  std::optional<lode::mixtures::Adam> adam_;
  double baseline_ = 0;
  std::uint64_t validations_ = 0;
};

}  // namespace diff_enas

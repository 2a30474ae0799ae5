// The optimizer "mdenas".
#pragma once

#include <optional>

#include "plugins/optimizers/diff_mdenas/distribution.h"
#include "toolkit/mixtures/epoch_search.h"

namespace diff_mdenas {

// MdeNAS (Zheng et al., Multinomial Distribution Learning for Effective Neural Architecture Search,
// ICCV 2019), section 3. In each epoch
//
//   1. an operation is drawn for each edge of the supernet
//   2. the weights of these operations are trained for an epoch
//   3. their accuracy is measured on all validation batches
//   4. the distribution learns from it: see distribution.h
//
// Proposes the probabilities as an action.
class MdeNas : public lode::mixtures::EpochSearch {
 public:
  struct Config {
    double rate = 0.01;
  };
  static lode::Params<Config> Parameters();

  MdeNas(lode::Host host, const Config& config) : EpochSearch(host), rate_(config.rate) {}

  void Bind(const lode::Space& space);

  const Distribution& distribution() const { return *distribution_; }

 private:
  void BeginEpoch() override;
  lode::RelaxedResult Train(std::uint64_t batch) override { return Step(batch, sample_); }
  lode::Action Propose() override;
  double ValidationAccuracy();
  void SaveState(lode::Writer& writer) const override { distribution_->Save(writer); }
  void LoadState(lode::Reader& reader) override { distribution_->Load(reader); }

  const double rate_;
  std::optional<Distribution> distribution_;
  lode::mixtures::Mixture sample_;  // of the epoch under way
};

}  // namespace diff_mdenas

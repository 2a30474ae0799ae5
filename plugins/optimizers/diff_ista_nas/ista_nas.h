// The optimizer "ista_nas".
#pragma once

#include <cstdint>
#include <optional>

#include "plugins/optimizers/diff_ista_nas/sparse_codes.h"
#include "toolkit/mixtures/adam.h"
#include "toolkit/mixtures/epoch_search.h"

namespace diff_ista_nas {

// ISTA-NAS in two stages (Yang, Li, You, Wang, Qian and Lin, ISTA-NAS: Efficient and Consistent
// Neural Architecture Search by Sparse Coding, NeurIPS 2020), algorithm 1; the second stage trains
// what was found, which is a matter of the pipeline. Each epoch begins with the sparse codes of the
// compressed mixture b (see sparse_codes.h), whose support it keeps. For each training batch:
//
//   1. b descends the loss of the validation batch with the same number, by Adam
//   2. the weights of the operations in the support descend the training loss
//
// Proposes the absolute values of the codes that b has after the epoch.
class IstaNas : public lode::mixtures::EpochSearch {
 public:
  // Those of the authors' program.
  struct Config {
    std::int64_t dimensions = 7;
    double penalty = 1e-5;
    double learning_rate = 3e-4;
    double weight_decay = 1e-3;
  };
  static lode::Params<Config> Parameters();

  IstaNas(lode::Host host, const Config& config) : EpochSearch(host), config_(config) {}

  void Bind(const lode::Space& space);

  const SparseCodes& codes() const { return *codes_; }

 private:
  static constexpr double kDeviation = 1e-3;  // of the first compressed mixture

  void BeginEpoch() override;
  lode::RelaxedResult Train(std::uint64_t batch) override;
  lode::Action Propose() override;
  void SaveState(lode::Writer& writer) const override;
  void LoadState(lode::Reader& reader) override;

  const Config config_;
  std::optional<SparseCodes> codes_;
  std::optional<lode::mixtures::Adam> adam_;
};

}  // namespace diff_ista_nas

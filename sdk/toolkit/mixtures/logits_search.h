// Searches by epochs whose mixtures come from the logits of a relaxation.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>
#include <optional>
#include <span>

#include "toolkit/mixtures/epoch_search.h"
#include "toolkit/mixtures/logits.h"

namespace lode::mixtures {

// The first logits are random, unless a class says otherwise. Proposes the mixture that the logits
// stand for, as an action.
class LogitsSearch : public EpochSearch {
 public:
  void Bind(const Space& space);

  const Logits& logits() const { return *logits_; }

 protected:
  LogitsSearch(Host host, const AdamConfig& adam, Edges edges = Edges::kEqual)
      : EpochSearch(host), adam_(adam), edges_(edges) {}

  Logits& own_logits() { return *logits_; }
  void InitializeLogits() { logits_->Initialize(random(), kDeviation); }
  // A step of Adam down this gradient in the mixture.
  void Descend(std::span<const double> mixture_gradient);

  void BeginEpoch() override;
  Action Propose() override;
  void SaveState(Writer& writer) const override { logits_->Save(writer); }
  void LoadState(Reader& reader) override { logits_->Load(reader); }

 private:
  static constexpr double kDeviation = 1e-3;  // of the first logits, as in the programs of DARTS

  const AdamConfig adam_;
  const Edges edges_;
  std::optional<Logits> logits_;
};

struct BilevelConfig {
  AdamConfig adam{};
  Edges edges = Edges::kEqual;
  std::int64_t frozen_epochs = 0;  // the first epochs of a network, which move only the weights
};

// The alternation of DARTS (Liu et al., ICLR 2019, algorithm 1). For each training batch:
//
//   1. the logits descend, by Adam
//   2. the weights descend d L_train / dw, under the new mixture
//
// Here it is the first order: the logits descend the loss of the validation batch with the same
// number. Variants replace the gradient or the mixture of the weight step.
class BilevelSearch : public LogitsSearch {
 protected:
  BilevelSearch(Host host, const BilevelConfig& config)
      : LogitsSearch(host, config.adam, config.edges),
        frozen_epochs_(static_cast<std::uint64_t>(config.frozen_epochs)) {}

  // The gradient in the mixture that the logits descend.
  virtual Mixture MixtureGradient(std::uint64_t batch);
  // The mixture of the weight step.
  virtual Mixture TrainingMixture(std::uint64_t) { return logits().Mix(); }

 private:
  RelaxedResult Train(std::uint64_t batch) override;

  const std::uint64_t frozen_epochs_;
};

}  // namespace lode::mixtures

// A bilevel search whose weight steps are taken under perturbed mixtures.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>

#include "toolkit/mixtures/annealing.h"
#include "toolkit/mixtures/logits_search.h"
#include "toolkit/mixtures/perturbation.h"

namespace lode::mixtures {

enum class Perturbation { kNone, kRandom, kAdversarial };

class PerturbedSearch : public BilevelSearch {
 protected:
  // `epsilon`: the bound of the perturbations, by epochs.
  PerturbedSearch(Host host, const BilevelConfig& config, Perturbation perturbation,
                  const Annealing& epsilon)
      : BilevelSearch(host, config), perturbation_(perturbation), epsilon_(epsilon) {}

  void RequireFeatures(const RelaxedInfo& info) const override;
  Mixture TrainingMixture(std::uint64_t batch) override;

 private:
  const Perturbation perturbation_;
  const Annealing epsilon_;
};

}  // namespace lode::mixtures

// The optimizer "pc_darts".
#pragma once

#include <cstdint>

#include "toolkit/mixtures/logits_search.h"

namespace diff_pc_darts {

// The optimizer's part of PC-DARTS (Xu et al., PC-DARTS: Partial Channel Connections for
// Memory-Efficient Architecture Search, ICLR 2020): first-order DARTS, in which each node j also
// weights the edges (i, j) that enter it (section 3.3, edge normalization):
//
//   x_j = sum over i of  exp(beta_ij) / sum over i' of exp(beta_i'j)  f_ij(x_i)
//
// Adam moves alpha and beta together, after the epochs in which only the weights are trained. The
// product of both softmaxes ranks the edges. That f_ij sees part of the channels is a matter of the
// oracle's network.
class PcDarts : public lode::mixtures::BilevelSearch {
 public:
  // Those of the authors' program.
  struct Config {
    double learning_rate = 6e-4;
    double weight_decay = 1e-3;
    std::int64_t frozen_epochs = 15;
  };
  static lode::Params<Config> Parameters();

  PcDarts(lode::Host host, const Config& config)
      : BilevelSearch(host, {.adam = {config.learning_rate, config.weight_decay},
                             .edges = lode::mixtures::Edges::kNormalized,
                             .frozen_epochs = config.frozen_epochs}) {}
};

}  // namespace diff_pc_darts

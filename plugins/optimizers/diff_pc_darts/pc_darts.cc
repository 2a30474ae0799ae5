#include "plugins/optimizers/diff_pc_darts/pc_darts.h"

namespace diff_pc_darts {

lode::Params<PcDarts::Config> PcDarts::Parameters() {
  return {
      {"learning_rate", &Config::learning_rate, "Adam's learning rate for alpha and beta.",
       lode::Range{0, 10, true}},
      {"weight_decay", &Config::weight_decay, "Weight decay of alpha and beta.", lode::Range{0, 1}},
      {"frozen_epochs", &Config::frozen_epochs,
       "First epochs, in which only the weights are trained.", lode::Range{0, 1e6}}};
}

}  // namespace diff_pc_darts

// The optimizer "arch2vec_bo".
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <lode/plugin.hpp>
#include <optional>

#include "plugins/optimizers/arch2vec/candidates.h"
#include "plugins/optimizers/arch2vec/experience.h"
#include "toolkit/sampling/reward_reader.h"

namespace arch2vec {

// Bayesian optimization on an embedding that is learned without evaluations: Yan et al., NeurIPS
// 2020, section 4; search_methods/dngo_search_NB201_8x8.py.
//
//   until `initial` architectures are proposed: propose a random new one
//   then: fit DNGO to the vectors and rewards of all trials; propose the new candidate of the
//     largest expected improvement, or the best `proposals` ones
//
// The candidates are the whole space, if it is not larger than `whole`; otherwise a sample, and
// `mutants` mutations of the best ten that each fit adds. The program measures improvement from an
// accuracy of 1 and takes the variance for the deviation; here it is from the best reward, and the
// deviation. It may propose an architecture again; here only new ones are, until none is left.
class Arch2VecBo {
 public:
  struct Config : EmbeddingConfig {
    std::int64_t initial = 16;
    std::int64_t proposals = 1;
    std::int64_t basis = 128;
    std::int64_t fit_epochs = 100;
    std::int64_t fit_batch = 10;
    double learning_rate = 0.01;
    std::int64_t model_trials = 1000;
    std::int64_t mutants = 16;
  };
  static lode::Params<Config> Parameters();
  static lode::Presets Presets();

  Arch2VecBo(lode::Host host, const Config& config) : host_(host), config_(config) {}

  void Bind(const lode::Space& space);
  lode::Architecture Ask();
  void Tell(const lode::Trial& trial);

 private:
  static constexpr std::size_t kParents = 10;

  void Refill(lode::Random random);
  std::vector<double> Score(std::span<const std::size_t> open, lode::Random random);

  lode::Host host_;
  Config config_;
  std::optional<Candidates> candidates_;
  lode::sampling::RewardReader reader_;
  Experience experience_;
  std::int64_t drawn_ = 0;                // at random, at the beginning
  std::deque<lode::Architecture> ready_;  // chosen, and not proposed yet
};

}  // namespace arch2vec

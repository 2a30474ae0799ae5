// The optimizer "arch2vec_rl".
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <lode/plugin.hpp>
#include <optional>
#include <string>
#include <vector>

#include "plugins/optimizers/arch2vec/candidates.h"
#include "plugins/optimizers/arch2vec/experience.h"
#include "plugins/optimizers/arch2vec/recurrent_policy.h"
#include "toolkit/sampling/reward_reader.h"

namespace arch2vec {

// REINFORCE in an embedding that is learned without evaluations: Yan et al., NeurIPS 2020, section
// 4; search_methods/reinforce_search_NB201_8x8.py.
//
//   ask:  the policy sees the vector of the architecture proposed last, a random one's at first,
//         and draws an action, a point of the embedding; propose the new candidate nearest to it
//   tell: once all trials of an episode are told, ascend the mean over them of (reward - baseline)
//         (logarithm of the action's density); the policy's memory begins anew in each episode
//
// The candidates are the whole space, if it is not larger than `whole`; otherwise a sample, and
// `mutants` mutations of the best ten that each ask adds. The program's baseline is a fixed number,
// and it takes the second nearest candidate for the nearest. Several episodes may be under way: the
// policy learns from one when it is complete. Evaluations that failed teach nothing.
class Arch2VecRl {
 public:
  struct Config : EmbeddingConfig {
    std::int64_t episode = 16;
    double learning_rate = 0.01;
    std::int64_t units = 128;
    std::string baseline = "average";
    double fixed_baseline = 0.4;
    double momentum = 0.95;
    std::int64_t mutants = 1;
  };
  static lode::Params<Config> Parameters();
  static lode::Presets Presets();

  Arch2VecRl(lode::Host host, const Config& config) : host_(host), config_(config) {}

  void Bind(const lode::Space& space);
  lode::Architecture Ask();
  void Tell(const lode::Trial& trial);

 private:
  static constexpr std::size_t kParents = 10;

  struct Episode {
    std::vector<Move> moves;
    std::vector<lode::Architecture> proposals;
    std::vector<std::optional<double>> rewards;  // nothing: failed, or not told yet
    std::size_t told = 0;
  };

  void Prepare(lode::Random random);
  lode::Architecture Propose(std::span<const double> action, lode::Random random);
  std::vector<double> VectorOf(std::size_t number) const;
  // The open candidate nearest to an action, or nothing if none is open.
  std::optional<std::size_t> Nearest(std::span<const double> action) const;
  // Notes the result of a proposal that is under way.
  void Enter(lode::ArchitectureView architecture, std::optional<double> reward);
  void Learn(const Episode& episode);
  // What rewards are compared with, once these have entered the average.
  double BaselineWith(std::span<const double> rewards);

  lode::Host host_;
  Config config_;
  std::optional<Candidates> candidates_;
  std::optional<RecurrentPolicy> policy_;
  RecurrentPolicy::Memory memory_;
  std::vector<double> state_;
  std::deque<Episode> episodes_;  // under way; the last one grows
  lode::sampling::RewardReader reader_;
  Experience experience_;
  double weighted_sum_ = 0, weight_ = 0;  // of the rewards: their moving average
};

}  // namespace arch2vec

// What a step may propose when it chooses by the critics instead of following the actor.
#pragma once

#include <cstddef>
#include <lode/plugin.hpp>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "plugins/optimizers/l2nas/top_k.h"
#include "toolkit/sampling/fresh_sampler.h"

namespace l2nas {

// Draws distinct architectures that were neither told nor proposed before, from three sources: the
// actor, with noise on its logits; mutations of the best architectures; and the whole space.
class Candidates {
 public:
  struct Settings {
    std::size_t from_actor;
    std::size_t mutants;
    std::size_t uniform;
    double logit_noise;      // standard deviation
    std::size_t parents;     // number of best architectures that are mutated
    double second_mutation;  // probability
  };
  enum class Source { kActor, kMutant, kUniform };
  struct Candidate {
    lode::Architecture architecture;
    Source source;
  };

  // Throws UnsupportedError if mutants are asked for and the space has no mutate.
  Candidates(const lode::Space& space, const Settings& settings);

  // Whether steps choose at all.
  bool enabled() const { return settings_.from_actor + settings_.mutants + settings_.uniform > 0; }

  // `architecture` is no candidate from now on.
  void MarkSeen(lode::ArchitectureView architecture) { unseen_.MarkSeen(architecture); }

  // `mu` is the actor's action, with a value in [0, 1] for each cell. As many draws of each source
  // as the settings say, less those that were seen or drawn before; so the result may be empty.
  std::vector<Candidate> Draw(lode::Random random, std::span<const float> mu,
                              const TopK& best) const;

  // An unseen architecture, all equally likely; any one if all were seen.
  lode::Architecture DrawUnseen(lode::Random random) { return unseen_.Draw(random); }

 private:
  lode::Architecture DrawFrom(Source source, lode::Random random, std::span<const float> mu,
                              const TopK& best) const;
  lode::Architecture Perturb(lode::Random random, std::span<const float> mu) const;
  lode::Architecture Mutate(lode::Random random, const TopK& best) const;

  lode::Space space_;
  Settings settings_;
  lode::sampling::FreshSampler unseen_;
};

}  // namespace l2nas

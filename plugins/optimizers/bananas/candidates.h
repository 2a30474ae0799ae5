// Candidates for the next proposals.
#pragma once

#include <cstddef>
#include <functional>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

namespace bananas {

// Draws distinct architectures, most of them near given ones.
class CandidateGenerator {
 public:
  struct Settings {
    std::size_t mutants = 100;      // how many are drawn near parents
    std::size_t parents = 1;        // among how many parents these are divided
    double further_mutation = 0.3;  // probability of one more change, after each
    std::size_t uniform = 0;        // how many are drawn from the whole space
  };

  CandidateGenerator(lode::Space space, const Settings& settings);

  // `parents`: best first. Each of the first ones gets its share of the draws. Draws that repeat
  // others or are not accepted yield nothing, and further parents get shares until there are as
  // many mutants as asked for; fewer if most_parents() do not suffice, or there are not so many. A
  // space without mutations has architectures drawn from the whole space in the place of mutants.
  std::vector<lode::Architecture> Draw(
      lode::Random random, std::span<const lode::Architecture> parents,
      const std::function<bool(lode::ArchitectureView)>& accepts) const;

  // How many parents Draw may use.
  std::size_t most_parents() const { return settings_.parents * kPatience; }

 private:
  static constexpr std::size_t kPatience = 5;  // as in the authors' code

  std::size_t Share() const;
  lode::Architecture Mutate(lode::Random random, const lode::Architecture& parent) const;

  lode::Space space_;
  Settings settings_;
};

}  // namespace bananas

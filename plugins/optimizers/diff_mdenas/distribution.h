// The joint multinomial distribution of mdenas.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

#include "toolkit/mixtures/relaxation.h"

namespace diff_mdenas {

// A probability for each operation of each edge (row), and what is known about the operation: in
// how many epochs it was trained, H^e, and its last accuracy, H^a.
class Distribution {
 public:
  // All operations of an edge are equally likely.
  explicit Distribution(lode::mixtures::Groups edges);

  // Draws an operation for each edge: a mixture of zeros and ones.
  lode::mixtures::Mixture Draw(lode::Random random) const;
  // An epoch of a sample is over.
  void Record(std::span<const double> sample, double accuracy);
  // Compares each two operations i, j of an edge (eqs. 5 to 8 of the paper): one that was trained
  // in fewer epochs and is more accurate gets `rate` of the other's probability, if that has as
  // much.
  void Update(double rate);

  const std::vector<double>& probabilities() const { return probabilities_; }

  void Save(lode::Writer& writer) const;
  // Throws lode::IoError for numbers that Save does not write; *this is then unchanged.
  void Load(lode::Reader& reader);

 private:
  bool IsSound() const;

  lode::mixtures::Groups edges_;
  std::vector<double> probabilities_, accuracies_;
  std::vector<std::uint64_t> epochs_;
};

}  // namespace diff_mdenas

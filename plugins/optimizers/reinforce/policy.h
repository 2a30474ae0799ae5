// A policy over architectures with a logit for each cell of a space's matrices.
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>
#include <span>
#include <utility>
#include <vector>

#include "toolkit/sampling/rows.h"

namespace reinforce {

// Draws an action: in each cell, its logit plus standard Gumbel noise. The largest cell of a row is
// then a draw from the softmax of the row's logits, and the size of that cell is independent of
// which it is (the Gumbel-max trick). A space whose rows do not compete sees only which cell is the
// largest. One whose rows compete, as the edges of DARTS do, also compares the rows' largest cells;
// there both belong to what was drawn.
class Policy {
 public:
  explicit Policy(lode::sampling::Rows rows);

  // Sets the logits to normal numbers with this standard deviation.
  void Initialize(lode::Random random, double deviation);
  lode::Action Draw(lode::Random random) const;

  // The gradient, in the logits, of the logarithm of the probability (with rows that compete: of
  // the density) of what was drawn with this action.
  std::vector<double> Score(lode::ActionView action) const;
  // One step of Adam, with PyTorch's defaults, that ascends `gradient`.
  void Ascend(std::span<const double> gradient, double learning_rate);

  const std::vector<double>& logits() const { return logits_; }

 private:
  static constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;

  // log(sum(exp(logit))) of a row.
  double LogSum(const lode::sampling::Row& row) const;

  lode::sampling::Rows rows_;
  std::vector<double> logits_;
  std::vector<double> first_moment_, second_moment_;
  std::uint64_t steps_ = 0;
};

}  // namespace reinforce

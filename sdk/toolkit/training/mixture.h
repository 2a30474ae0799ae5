// The networks of weighted operations that differentiable searches train: "relaxed networks" of
// lode/plugin.h.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

#include "toolkit/training/batch_norm.h"

namespace lode::training {

// A weight for each cell of a space's matrices, with autograd.
class Mixture {
 public:
  // On the device and in the precision of `options`. `absent`: what the gradient has where a weight
  // is 0. `operations`: 0 for those that the network does not have; empty: it has all.
  Mixture(std::span<const double> weights, Absent absent, const torch::TensorOptions& options,
          ArchitectureView operations = {});

  // Whether the network has the operation.
  bool Has(std::size_t cell) const { return has_[cell]; }
  // Whether the weight is not 0: a pass computes the operation.
  bool IsPresent(std::size_t cell) const { return present_[cell]; }
  // Whether the gradient where the weight is 0 is wanted, and is this.
  bool Wants(Absent absent) const { return absent_ == absent && torch::GradMode::is_enabled(); }
  // The weight, a tensor without dimensions.
  const torch::Tensor& operator[](std::size_t cell) const { return cells_[cell]; }
  // The sum of the weights of `count` cells from `first` on, without those that are 0 unless their
  // exact gradient is wanted; undefined if there are none.
  torch::Tensor SumOf(std::size_t first, std::size_t count) const;

  // All weights: what gradients are taken in.
  const torch::Tensor& all() const { return all_; }

 private:
  Absent absent_;
  std::vector<bool> has_, present_;
  torch::Tensor all_;
  std::vector<torch::Tensor> cells_;
};

// What an operation computes before its weight: x, or the batch norm of x; undefined for zeros.
struct Term {
  torch::Tensor x;
  BatchNorm norm = nullptr;
};

torch::Tensor ValueOf(Term term, const Pass& pass);

// The weighted sum of the operations that lead to the same place of a network. An operation whose
// weight is 0 is not called, unless the exact gradient there is wanted: then it is called without
// autograd, and changes no running moments.
class MixedSum {
 public:
  MixedSum(const Mixture& mixture, const Pass& pass) : mixture_(mixture), pass_(pass) {}

  // Adds the cell's operation, a function of the pass that returns a Term. In training the pass
  // decides what is dropped of it; the operation itself drops nothing.
  template <class Operation>
  void Add(std::size_t cell, bool is_skip, const Operation& operation) {
    if (!mixture_.Has(cell)) { return; }
    if (mixture_.IsPresent(cell)) {
      AddPresent(cell, is_skip, operation(pass_));
    } else if (mixture_.Wants(Absent::kExact)) {
      const torch::NoGradGuard no_grad;  // at the weight 0 there is no gradient behind it
      AddAbsent(cell, ValueOf(operation(pass_.WithoutEffects()), pass_.WithoutEffects()));
    } else if (mixture_.Wants(Absent::kOutputSum)) {
      absent_.push_back(mixture_[cell]);
    }
  }

  // The sum, of this shape.
  torch::Tensor Value(at::IntArrayRef shape) const;

 private:
  struct Weighted {
    torch::Tensor weight;
    Term term;
  };

  void AddPresent(std::size_t cell, bool is_skip, Term term);
  void AddAbsent(std::size_t cell, const torch::Tensor& value);

  const Mixture& mixture_;
  const Pass pass_;
  std::vector<Weighted> terms_;
  std::vector<torch::Tensor> absent_;  // weights that are 0, whose gradient is the output's sum
};

}  // namespace lode::training

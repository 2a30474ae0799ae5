#include "toolkit/training/mixture.h"

#include "toolkit/training/normalized_sum.h"

namespace lode::training {

using torch::Tensor;

Mixture::Mixture(std::span<const double> weights, Absent absent,
                 const torch::TensorOptions& options, ArchitectureView operations)
    : absent_(absent),
      all_(torch::tensor(at::ArrayRef<double>(weights.data(), weights.size()), torch::kDouble)
               .to(options)) {
  for (std::size_t cell = 0; cell < weights.size(); ++cell) {
    has_.push_back(operations.empty() || operations[cell] != 0);
    present_.push_back(weights[cell] != 0);
  }
  all_.requires_grad_();
  cells_ = all_.unbind();
}

Tensor Mixture::SumOf(std::size_t first, std::size_t count) const {
  Tensor sum;
  for (std::size_t cell = first; cell < first + count; ++cell) {
    if (!Has(cell) || (!IsPresent(cell) && !Wants(Absent::kExact))) { continue; }
    sum = sum.defined() ? sum + cells_[cell] : cells_[cell];
  }
  return sum;
}

Tensor ValueOf(Term term, const Pass& pass) {
  return term.norm.is_empty() ? term.x : NormalizedSum(term.norm, term.x, {}, pass);
}

void MixedSum::AddPresent(std::size_t cell, bool is_skip, Term term) {
  if (!term.x.defined()) { return; }
  if (is_skip && pass_.skip_dropout != nullptr) {
    term = {(*pass_.skip_dropout)(ValueOf(term, pass_))};
  } else if (!is_skip && pass_.drops()) {
    term = {(*pass_.drop_path)(ValueOf(term, pass_))};
  }
  terms_.push_back({mixture_[cell], std::move(term)});
}

void MixedSum::AddAbsent(std::size_t cell, const Tensor& value) {
  if (!value.defined()) { return; }
  const torch::AutoGradMode with_gradient(true);
  terms_.push_back({mixture_[cell], {value}});
}

Tensor MixedSum::Value(at::IntArrayRef shape) const {
  Tensor sum;
  for (const auto& [weight, term] : terms_) {
    const Tensor weighted = weight * ValueOf(term, pass_);
    sum = sum.defined() ? sum + weighted : weighted;
  }
  if (!sum.defined()) { sum = torch::zeros(shape, mixture_.all().options()); }
  if (!absent_.empty()) { sum = sum + torch::stack(absent_).sum(); }
  return sum;
}

}  // namespace lode::training

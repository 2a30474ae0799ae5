#include "toolkit/training/evaluation.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>
#include <sstream>

#include "toolkit/training/device.h"

namespace lode::training {

using torch::Tensor;

void Tally::Add(const Tensor& logits, const Tensor& labels) {
  const Tensor scores = logits.detach().to(torch::kFloat);
  loss_ +=
      torch::nn::functional::cross_entropy(
          scores, labels, torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kSum))
          .item<double>();
  const Tensor own = scores.gather(1, labels.unsqueeze(1));
  const Tensor above = scores.gt(own).sum(1).to(torch::kFloat);
  const Tensor equal = scores.eq(own).sum(1).to(torch::kFloat);  // including itself
  // The probability of being among the best k if equal ones are put into random order.
  const auto among = [&](double k) {
    return ((k - above) / equal.clamp_min(1)).clamp(0, 1).masked_fill(own.squeeze(1).isnan(), 0);
  };
  top1_ += among(1).sum().item<double>();
  top5_ += among(5).sum().item<double>();
  images_ += labels.size(0);
}

Evaluation Tally::Result() const {
  const auto count = static_cast<double>(std::max<std::int64_t>(1, images_));
  return {100 * top1_ / count, 100 * top5_ / count, loss_ / count, images_};
}

std::string Tally::Format() const {
  std::ostringstream text;
  text << std::setprecision(std::numeric_limits<double>::max_digits10) << top1_ << ' ' << top5_
       << ' ' << loss_ << ' ' << images_;
  return text.str();
}

std::optional<Tally> Tally::Parse(const std::string& text) {
  Tally tally;
  std::istringstream in(text);
  in >> tally.top1_ >> tally.top5_ >> tally.loss_ >> tally.images_;
  if (in.fail() || !in.eof()) { return std::nullopt; }
  return tally;
}

Evaluation EvaluateNext(const Predict& predict, images::Loader& loader,
                        const torch::Device& device) {
  const torch::NoGradGuard no_grad;
  Tally tally;
  images::Batch batch;
  loader.Next(batch);
  tally.Add(predict(ImagesOf(batch, device)), LabelsOf(batch, device));
  return tally.Result();
}

Evaluation Evaluate(const Predict& predict, images::Loader& loader, const torch::Device& device,
                    const std::function<void()>& between) {
  const torch::NoGradGuard no_grad;
  Tally tally;
  images::Batch batch;
  loader.Begin(0);
  while (loader.Next(batch)) {
    between();
    tally.Add(predict(ImagesOf(batch, device)), LabelsOf(batch, device));
  }
  return tally.Result();
}

}  // namespace lode::training

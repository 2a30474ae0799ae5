// Measures how well a network does on images.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "toolkit/images/loader.h"

namespace lode::training {

// Logits (images, classes) of images (images, channels, height, width).
using Predict = std::function<torch::Tensor(const torch::Tensor& images)>;

struct Evaluation {
  double top1 = 0;  // percent
  double top5 = 0;  // percent
  double loss = 0;  // mean cross entropy
  std::int64_t images = 0;
};

// Counts the right answers among logits: a label is among the k best if fewer than k logits are
// above its own. Ties count by their chance in a random order, so a network that distinguishes
// nothing scores the same as guessing.
class Tally {
 public:
  void Add(const torch::Tensor& logits, const torch::Tensor& labels);
  Evaluation Result() const;

  // The counts as text and back, exact to the bit; Parse returns nothing for any other text.
  std::string Format() const;
  static std::optional<Tally> Parse(const std::string& text);

 private:
  double top1_ = 0, top5_ = 0, loss_ = 0;
  std::int64_t images_ = 0;
};

// Evaluates the next batch of `loader`, without autograd. REQUIRES: there is one.
Evaluation EvaluateNext(const Predict& predict, images::Loader& loader,
                        const torch::Device& device);

// Evaluates one epoch of `loader`, without autograd. Calls `between` before each batch; it may
// throw.
Evaluation Evaluate(const Predict& predict, images::Loader& loader, const torch::Device& device,
                    const std::function<void()>& between);

}  // namespace lode::training

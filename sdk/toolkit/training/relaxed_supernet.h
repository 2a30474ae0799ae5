// The relaxed network of a supernet, whatever its family: lode::RelaxedNetwork of lode/plugin.hpp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <lode/plugin.hpp>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "toolkit/training/descent.h"
#include "toolkit/training/numbered_batches.h"
#include "toolkit/training/shared_network.h"
#include "toolkit/training/trainer.h"
#include "toolkit/training/training_progress.h"

namespace lode::training {

// The batches of both splits: augmented and shuffled.
struct RelaxedLoaders {
  std::unique_ptr<images::Loader> training, validation;
};

// Steps are those of Train in trainer.h: its loss, momentum, decay, clipping and learning rates,
// whose schedule ends after config.epochs epochs; from then on the last rate holds. Losses include
// label smoothing.
//
// Unrolled gradients are those of DARTS's authors (Liu et al., ICLR 2019, eqs. 7 and 8), without
// momentum: the training loss includes weight decay, and the product with the second derivative is
// a difference of gradients at w +- eps v, eps = 0.01 / |v|, where v = dL/dw'. Operations whose
// weight is 0 do not move.
//
// Each step reports the progress of its epoch to the host.
//
// Skip dropout is that of P-DARTS (Chen et al., ICCV 2019, section 3.3), a dropout of the elements
// of identities in steps. The gradient at a weight of 0 is that of the operation without anything
// dropped.
class RelaxedSupernet : public RelaxedNetwork {
 public:
  // Makes a network with its first weights; it computes in the precision of its parameters. Throws
  // InvalidError if there is none of this depth.
  using Make = std::function<std::unique_ptr<SharedNetwork>(const RelaxedStart& start)>;

  // cells: of the space's matrices.
  RelaxedSupernet(Host host, std::size_t cells, const TrainingConfig& config,
                  const torch::Device& device, Make make, RelaxedLoaders loaders);

  RelaxedInfo Info() const override;
  void Restart(const RelaxedStart& start) override;
  // Throws UnsupportedError if the loss is not finite; then no step is taken.
  RelaxedResult Step(const RelaxedBatch& batch) override;
  RelaxedResult Measure(const RelaxedBatch& batch) override;

  // The start, the weights and their momentum, exact to the bit. A failed Load changes nothing.
  void Save(Writer& writer) const;
  void Load(Reader& reader);

  bool started() const { return state_.has_value(); }
  // REQUIRES: started().
  SharedNetwork& network() { return *state_->network; }
  // Throws InvalidError if the network was started without an operation of this architecture.
  void RequireOperationsOf(ArchitectureView architecture) const;

 private:
  struct State {
    RelaxedStart start;  // its operations are the next member
    std::vector<std::uint8_t> operations;
    std::unique_ptr<SharedNetwork> network;
    std::unique_ptr<Descent> descent;
  };
  // A pass through the network.
  struct Forward {
    Mixture mixture;
    torch::Tensor loss;
    RelaxedResult result;
    std::int64_t images = 0;
  };
  using Tensors = std::vector<torch::Tensor>;

  State MakeState(const RelaxedStart& start);
  void Use(State state);
  State& Started();
  Tensors Parameters() { return Started().network->module().parameters(); }

  Forward Run(const RelaxedBatch& batch, const Pass& pass);
  RelaxedResult TakeStep(const RelaxedBatch& batch);
  void Report(std::uint64_t batch, const Forward& forward);
  RelaxedResult MeasureAtWeights(const RelaxedBatch& batch);
  RelaxedResult MeasureUnrolled(const RelaxedBatch& batch);
  void SubtractProduct(const RelaxedBatch& inner, double rate, const Tensors& v,
                       std::span<double> gradient);

  Host host_;
  const std::size_t cells_;
  const TrainingConfig config_;
  const torch::Device device_;
  const Make make_;
  NumberedBatches training_, validation_;
  std::optional<State> state_;
  Evaluation epoch_;  // of the training batches in the current epoch so far
  ImageRate rate_;
};

}  // namespace lode::training

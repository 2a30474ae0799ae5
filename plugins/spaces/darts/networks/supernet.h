// The network that contains the networks of all genotypes, for searches with shared weights. It is
// the search network of PC-DARTS (Xu et al., ICLR 2020, section 3) without edge normalization: of
// the channels of an edge's input, the first 1 / K pass the edge's operation, the others bypass it
// (where the stride is 2, through a 2x2 max pool); both are joined, and the channels are shuffled
// in K groups (ShuffleNet, Zhang et al., CVPR 2018). With K = 1 it is the search network of DARTS.
//
// Under a mixture, an edge adds its operations times their weights. Channels bypass it with the sum
// of these weights: 1 for a softmax without edge normalization, and otherwise the edge's own
// weight, as in PC-DARTS. With bypass_unselected they bypass each edge with the weight 1.
#pragma once

#include <torch/torch.h>

#include <array>
#include <cstdint>
#include <vector>

#include "plugins/spaces/darts/networks/network.h"

namespace darts {

// Stem, cells and classifier are those of the network "cifar".
struct SupernetConfig : NetworkConfig {
  std::int64_t channel_groups = 4;  // K; divides `channels`
  bool affine = false;              // of norms in cells; that of the stem always is
  bool tracks_moments = true;       // otherwise every pass uses the batch's moments in the cells
  // Whether channels bypass the edges that a genotype does not have, too; otherwise those add
  // nothing to a node.
  bool bypass_unselected = false;
};

// The operations of an edge: max_pool_3x3.*, avg_pool_3x3.*, ..., those that have parameters.
class MixedEdgeImpl : public torch::nn::Module {
 public:
  // operations: kOperations bytes, 0 for one that the edge does not have; or none: it has all.
  MixedEdgeImpl(std::int64_t channels, std::int64_t stride, const SupernetConfig& config,
                FirstWeights& weights, lode::ArchitectureView operations);
  EdgeModule& operator[](Operation operation) { return operations_[operation]; }

 private:
  std::vector<EdgeModule> operations_;  // in the order of Operation
};
TORCH_MODULE(MixedEdge);

// Parameters input0.*, input1.* and node0_input0.*, node0_input1.*, node1_input0.*, ....
class SupernetCellImpl : public torch::nn::Module {
 public:
  // operations: likewise, kMatrixCells bytes, or none.
  SupernetCellImpl(const CellPlace& place, const SupernetConfig& config, FirstWeights& weights,
                   lode::ArchitectureView operations = {});
  // What `cell` computes: the concatenation of the intermediate nodes.
  torch::Tensor forward(Features& before, Features& last, const Cell& cell,
                        const lode::training::Pass& pass);
  // The same of a mixture, whose cells are those of both matrices.
  torch::Tensor Mix(Features& before, Features& last, const lode::training::Mixture& mixture,
                    const lode::training::Pass& pass);

 private:
  // An input of nodes: the channels that operations get, and the others, of the nodes' size.
  struct State {
    Features operated;
    torch::Tensor bypassing;  // undefined with K = 1
  };
  std::vector<State> Begin(Features& before, Features& last, const lode::training::Pass& pass);
  State Split(const torch::Tensor& x, bool strided) const;
  torch::Tensor NodeOf(std::vector<State>& states, const Node& node,
                       const lode::training::Pass& pass);
  torch::Tensor BypassOf(const std::vector<State>& states, const Node& node) const;
  torch::Tensor BypassOfAll(const std::vector<State>& states) const;
  torch::Tensor MixedNodeOf(std::vector<State>& states, const lode::training::Mixture& mixture,
                            const lode::training::Pass& pass);
  torch::Tensor MixedBypassOf(const std::vector<State>& states,
                              const lode::training::Mixture& mixture) const;
  std::vector<std::int64_t> NodeShape(const State& input) const;
  // The mixture's cell of the first operation of an edge into the next node.
  std::size_t FirstCellOf(const std::vector<State>& states, std::size_t input) const;
  torch::Tensor Join(const torch::Tensor& operated, const torch::Tensor& bypassing) const;

  std::int64_t groups_;
  bool reduces_, bypass_unselected_;
  InputModule before_ = nullptr, last_ = nullptr;
  std::array<std::vector<MixedEdge>, kNodes> edges_;  // by the node's input
};
TORCH_MODULE(SupernetCell);

class SupernetImpl : public torch::nn::Module {
 public:
  // Draws the first weights from `seed`. Throws lode::InvalidError if the groups do not divide the
  // channels, and what NetworkCosts throws.
  // operations: kCells bytes, 0 for one that the network does not have; or none: it has all.
  SupernetImpl(const SupernetConfig& config, std::uint64_t seed,
               lode::ArchitectureView operations = {});

  // Logits (images, classes) of images as those of Network, along the path of a genotype. Only this
  // path is computed.
  torch::Tensor forward(const torch::Tensor& images, const Genotype& genotype,
                        const lode::training::Pass& pass);
  // The same of a mixture. Operations whose weight is 0 are not computed.
  torch::Tensor Mix(const torch::Tensor& images, const lode::training::Mixture& mixture,
                    const lode::training::Pass& pass);

 private:
  // What precedes and follows the cells; `cell` is called with each, its kind and its inputs.
  template <class CellForward>
  torch::Tensor RunAround(const torch::Tensor& images, const lode::training::Pass& pass,
                          const CellForward& cell);
  lode::training::Pass CellPass(const lode::training::Pass& pass) const;

  bool tracks_moments_;
  ConvNorm stem_ = nullptr;
  std::vector<SupernetCell> cells_;
  std::vector<CellKind> kinds_;
  torch::nn::Linear classifier_ = nullptr;
};
TORCH_MODULE(Supernet);

}  // namespace darts

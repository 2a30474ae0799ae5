// The variational graph autoencoder of arch2vec: Yan, Zheng, Ao, Zeng and Zhang, Does Unsupervised
// Architecture Representation Learning Help Neural Architecture Search?, NeurIPS 2020, section 3;
// numbers and losses are those of its program (MSU-MLSys-Lab/arch2vec, models/).
#pragma once

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

#include "plugins/optimizers/arch2vec/graph.h"
#include "plugins/optimizers/arch2vec/layers.h"
#include "plugins/optimizers/arch2vec/weights.h"

namespace arch2vec {

// Several graphs as one: the nodes of the first, then those of the second, ...
struct GraphBatch {
  explicit GraphBatch(std::span<const NodeGraph* const> graphs);

  std::size_t nodes() const { return operations.size(); }
  std::size_t graphs() const { return first.size() - 1; }

  std::vector<std::uint32_t> operations;
  std::vector<std::size_t> first;  // node of each graph, and the end
  std::vector<std::pair<std::uint32_t, std::uint32_t>> arcs;
};

// The encoder is a graph isomorphism network (Xu et al., ICLR 2019) on A + A^T: blocks of
//
//   x <- MLP((1 + epsilon) x + sum over neighbors of x)
//
// with a learned epsilon, two linear maps in each MLP, and batch normalization and ReLU after both;
// then two linear maps, to a mean and a logarithm of a deviation for each node. The decoder takes a
// latent vector z for each node: operations are a linear map of z, arcs are Z Z^T.
class Autoencoder {
 public:
  struct Shape {
    std::size_t operations;
    std::size_t layers = 5;  // of the encoder: one less block than that, and the maps to the latent
    std::size_t hidden = 128;
    std::size_t dimensions = 16;  // of the latent space
  };
  struct Training {
    double dropout = 0.3;  // of latent values on the way to the decoder
    double learning_rate = 1e-3;
    double clip = 5;  // the largest norm of a gradient
  };

  explicit Autoencoder(const Shape& shape);
  void Initialize(lode::Random random);

  // Takes one step of Adam on the loss: binary cross-entropies of operations (the mean over nodes
  // and operations) and of arcs (the sum over pairs of nodes, by the squares of graphs' sizes), and
  // the divergence from the prior as the program weights it: its sum over nodes and dimensions,
  // divided by the square of the number of nodes. Returns the loss.
  double Train(const GraphBatch& batch, const Training& training, lode::Random random);

  // The loss's gradient, in weights(). `noise` and `keep` are what Train draws for each node and
  // dimension: a standard normal number, and the factor of dropout. For tests.
  double Differentiate(const GraphBatch& batch, const Rows& noise, const Rows& keep);

  // The mean over a graph's nodes of their latent means, in rows of Padded(dimensions), for each
  // graph.
  void Embed(const GraphBatch& batch, Rows& out) const;

  // How many of the graphs come out of the decoder without a mistake.
  std::size_t CountReconstructed(const GraphBatch& batch) const;

  std::size_t dimensions() const { return shape_.dimensions; }
  Weights& weights() { return weights_; }
  // All that Embed depends on.
  std::vector<std::span<float>> State();

 private:
  struct Block {
    Block(Weights& weights, std::size_t inputs, std::size_t hidden);
    Linear first;
    NormalizedRelu first_norm;
    Linear second;
    NormalizedRelu second_norm;
    // Of the last Train: the sum over neighbors, and each layer's output.
    Rows sum, mapped, between, mapped_again, out;
  };

  float Own(std::size_t block) const { return 1 + *weights_.value(epsilons_ + block); }
  void OneHot(const GraphBatch& batch, Rows& x) const;
  void Encode(const GraphBatch& batch);
  Rows Means(const GraphBatch& batch) const;
  double Decode(const GraphBatch& batch, const Rows& noise, const Rows& keep);
  double DecodeOperations(const GraphBatch& batch);
  double DecodeArcs(const GraphBatch& batch);
  double AddDivergence(const Rows& noise, const Rows& keep);
  void BackpropagateEncoder(const GraphBatch& batch);

  Shape shape_;
  Weights weights_;
  std::size_t epsilons_;
  std::vector<Block> blocks_;
  Linear to_latent_;  // means, then logarithms of deviations
  Linear to_operations_;
  // Of the last Differentiate: outputs, and gradients (d_).
  Rows operations_, latent_, z_, logits_, d_latent_, d_z_, d_logits_;
};

}  // namespace arch2vec

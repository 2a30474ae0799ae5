#include "plugins/optimizers/arch2vec/autoencoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <lode/testing.hpp>
#include <numeric>
#include <vector>

namespace arch2vec {
namespace {

using lode::test::FixedStream;

// A chain, a diamond, and two nodes without an arc; the last operation is unknown.
std::vector<NodeGraph> Graphs() {
  return {{{0, 1, 2}, {{0, 1}, {1, 2}}},
          {{0, 2, 1, 2}, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}},
          {{1, 3}, {}}};
}

GraphBatch BatchOf(const std::vector<NodeGraph>& graphs) {
  std::vector<const NodeGraph*> pointers;
  for (const NodeGraph& graph : graphs) { pointers.push_back(&graph); }
  return GraphBatch(pointers);
}

Rows Drawn(std::size_t count, std::size_t width, std::uint64_t seed) {
  FixedStream stream(seed);
  Rows rows;
  rows.Resize(count, width);
  for (float& x : rows.values) { x = static_cast<float>(stream.random().Normal()); }
  return rows;
}

Autoencoder Small() {
  Autoencoder network({.operations = 3, .layers = 3, .hidden = 16, .dimensions = 4});
  FixedStream stream(7);
  network.Initialize(stream.random());
  return network;
}

TEST(GraphBatchTest, JoinsGraphs) {
  const GraphBatch batch = BatchOf(Graphs());
  EXPECT_EQ(batch.graphs(), 3u);
  EXPECT_EQ(batch.nodes(), 9u);
  EXPECT_EQ(batch.first, (std::vector<std::size_t>{0, 3, 7, 9}));
  EXPECT_EQ(batch.arcs[2], (std::pair<std::uint32_t, std::uint32_t>{3, 4}));
}

// Differences of the loss, which is float32 inside, on the parameters with the largest gradients:
// those of every layer are among them. A few differ because a step crosses a kink of ReLU.
TEST(AutoencoderTest, GradientsAreThoseOfTheLoss) {
  Autoencoder network = Small();
  const GraphBatch batch = BatchOf(Graphs());
  const Rows noise = Drawn(9, 4, 1);
  Rows keep = Drawn(9, 4, 2);
  for (float& x : keep.values) { x = x > 1 ? 0.0f : 1.4f; }
  network.Differentiate(batch, noise, keep);
  const std::vector<float> gradients = network.weights().gradients();
  std::vector<std::size_t> order(gradients.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, std::greater(), [&](std::size_t i) { return std::fabs(gradients[i]); });
  int wrong = 0;
  for (const std::size_t i : std::span(order).first(400)) {
    float& value = network.weights().values()[i];
    const float kept = value;
    constexpr float kStep = 5e-4f;
    value = kept + kStep;
    const double above = network.Differentiate(batch, noise, keep);
    value = kept - kStep;
    const double below = network.Differentiate(batch, noise, keep);
    value = kept;
    const auto gradient = static_cast<double>(gradients[i]);
    const double difference = (above - below) / (2 * static_cast<double>(kStep));
    wrong += std::fabs(difference - gradient) > 2e-3 + 0.05 * std::fabs(gradient) ? 1 : 0;
  }
  EXPECT_LE(wrong, 8);
}

// Two nodes with latent means a and b and deviations 1, no noise: the loss from its formula. With
// all weights 0, means and logarithms of deviations are the biases of the last map.
TEST(AutoencoderTest, TheLossIsThatOfTheProgram) {
  Autoencoder network({.operations = 1, .layers = 2, .hidden = 16, .dimensions = 1});
  const std::vector<NodeGraph> graphs = {{{0, 0}, {{0, 1}}}};
  Rows zeros, ones;
  zeros.Resize(2, 1);
  ones.Resize(2, 1);
  std::ranges::fill(ones.values, 1.0f);
  const double loss = network.Differentiate(BatchOf(graphs), zeros, ones);
  // Each operation and the arc have the logit 0; there are two nodes of one operation, four pairs.
  EXPECT_NEAR(loss, std::log(2.0) + std::log(2.0) / 4, 1e-6);
}

// The divergence weighs less the more nodes a batch has.
TEST(AutoencoderTest, LearnsToReconstruct) {
  Autoencoder network = Small();
  std::vector<NodeGraph> graphs;
  for (int copy = 0; copy < 20; ++copy) {
    graphs.push_back(Graphs()[0]);
    graphs.push_back(Graphs()[1]);
  }
  const GraphBatch batch = BatchOf(graphs);
  FixedStream stream(3);
  double first = 0, last = 0;
  for (int step = 0; step < 600; ++step) {
    last = network.Train(batch, {.dropout = 0, .learning_rate = 3e-3}, stream.random());
    if (step == 0) { first = last; }
  }
  EXPECT_LT(last, first / 2);
  EXPECT_EQ(network.CountReconstructed(batch), 40u);
}

TEST(AutoencoderTest, AGraphsVectorDoesNotDependOnItsBatch) {
  Autoencoder network = Small();
  FixedStream stream(3);
  network.Train(BatchOf(Graphs()), {}, stream.random());
  Rows together, alone;
  network.Embed(BatchOf(Graphs()), together);
  network.Embed(BatchOf({Graphs()[1]}), alone);
  EXPECT_TRUE(std::equal(alone.row(0), alone.row(0) + alone.width, together.row(1)));
}

}  // namespace
}  // namespace arch2vec

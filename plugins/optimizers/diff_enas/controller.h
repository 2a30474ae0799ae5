// The controller of enas: a recurrent policy over architectures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

#include "toolkit/networks/lstm.h"
#include "toolkit/sampling/rows.h"

namespace diff_enas {

struct ControllerConfig {
  std::int64_t units = 32;
  std::int64_t layers = 2;
  double temperature = 5;
  double tanh_constant = 2.5;
};

// Long short-term memories, one upon the other, which decide one row of the space's matrices after
// the other. With the output h of the last of them, the choice in a row is a draw from
//
//   softmax(tanh_constant * tanh(W h / temperature))
//
// and the input of the next step is the embedding of what was chosen; the first is learned, too.
// Rows of a matrix share W and embeddings. A row that competes may also choose nothing.
class Controller {
 public:
  Controller(const lode::Space& space, const ControllerConfig& config);

  // Draws all parameters uniform on +-0.1.
  void Initialize(lode::Random random);

  struct Draft {
    lode::sampling::Choices choices;
    double entropy;  // the sum of those of all choices' distributions, in nats
  };
  Draft Draw(lode::Random random) const;
  double LogProbability(std::span<const std::uint32_t> choices) const;
  // Adds factor times the gradient of LogProbability in the parameters.
  void AddGradient(std::span<const std::uint32_t> choices, double factor,
                   std::vector<double>& gradient) const;

  std::vector<double>& parameters() { return parameters_; }
  const std::vector<double>& parameters() const { return parameters_; }

 private:
  using Lstm = lode::networks::Lstm;

  // A matrix: rows of `units` weights for each choice, and as many of its embeddings.
  struct Head {
    std::size_t choices, weights, embeddings;
  };
  // A choice, with all that its backward pass needs.
  struct Decision {
    std::size_t input;  // where the first layer's input is in the parameters
    std::vector<std::vector<double>> inputs{};  // of the layers
    std::vector<Lstm::Memory> before{};
    std::vector<Lstm::Step> steps{};
    std::vector<double> tanhs{}, probabilities{};
  };

  void AddHeads(const lode::Space& space, const lode::sampling::Rows& rows);
  std::size_t Reserve(std::size_t count);
  std::size_t units() const { return lstm_.units(); }
  std::span<const double> Part(std::size_t offset, std::size_t size) const {
    return std::span(parameters_).subspan(offset, size);
  }
  std::size_t EmbeddingOf(std::size_t row, std::uint32_t choice) const {
    return heads_[row].embeddings + choice * units();
  }

  Decision Decide(const Head& head, std::size_t input, std::vector<Lstm::Memory>& memories) const;
  std::vector<Decision> Follow(std::span<const std::uint32_t> choices) const;
  void BackpropagateChoice(const Head& head, const Decision& decision, std::uint32_t choice,
                           double factor, std::vector<double>& gradient,
                           std::vector<double>& d_output) const;
  void BackpropagateLayers(const Decision& decision, std::vector<double>& gradient,
                           std::vector<Lstm::Memory>& d_memories) const;

  const ControllerConfig config_;
  Lstm lstm_;                        // of every layer
  std::vector<std::size_t> layers_;  // offsets of their parameters
  std::size_t start_ = 0;            // of the first input
  std::vector<Head> heads_;          // of the rows
  std::vector<double> parameters_;
};

}  // namespace diff_enas
